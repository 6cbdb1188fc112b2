//! Lists in numbered pages, as clients of the older service turn them.

use std::collections::HashMap;

use algoagent_core::{Counted, Slice};
use axum::extract::{FromRequestParts, Query};
use axum::http::Uri;
use axum::http::request::Parts;
use serde::Serialize;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};
use utoipa::{IntoParams, ToSchema};

use crate::refusal::Refusal;

const USUAL: u32 = 50;
const LARGEST: u32 = 200;

/// Which page of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the schema reads it; what is sent is read leniently")]
pub(crate) struct Paging {
    /// Which page, from 1.
    #[param(minimum = 1, required = false)]
    page: u32,
    /// Rows of a page, a number from 1 to 200. More is 200; what is no such number is 50, as in the
    /// older service.
    #[param(required = false, schema_with = any_size)]
    page_size: u32,
}

fn any_size() -> Object {
    let types = SchemaType::from_iter([Type::Integer, Type::String]);
    ObjectBuilder::new().schema_type(types).default(Some(USUAL.into())).build()
}

/// The page that is asked for.
pub(crate) struct Asked {
    path: String,
    query: Vec<(String, String)>,
    page: u32,
    size: u32,
}

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Numbered<T> {
    /// Rows of the whole list.
    count: u32,
    /// The address of the page after this one.
    #[schema(required)]
    next: Option<String>,
    /// The address of the page before this one.
    #[schema(required)]
    previous: Option<String>,
    /// The rows of this page.
    results: Vec<T>,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let query = query(&parts.uri);
        let named: HashMap<&str, &str> =
            query.iter().map(|(name, value)| (&**name, &**value)).collect();
        let page = match named.get("page") {
            None => 1,
            Some(page) => page.parse().ok().filter(|page| *page > 0).ok_or_else(no_page)?,
        };
        let size = named.get("page_size").and_then(|size| size.parse().ok());
        let size = size.filter(|size| *size > 0).unwrap_or(USUAL).min(LARGEST);
        let host = parts.headers.get("host").and_then(|host| host.to_str().ok());
        let path = format!("http://{}{}", host.unwrap_or_default(), parts.uri.path());
        Ok(Self { path, page, size, query })
    }
}

/// What stands behind the question mark of an address; what can't be read says nothing.
pub(crate) fn query(uri: &Uri) -> Vec<(String, String)> {
    Query::try_from_uri(uri).map_or_else(|_| Vec::new(), |Query(query)| query)
}

fn no_page() -> Refusal {
    Refusal::new(axum::http::StatusCode::NOT_FOUND, "not_found", "Invalid page.")
}

impl Asked {
    /// Which rows that are.
    pub(crate) fn slice(&self) -> Slice {
        Slice { skip: (self.page - 1).saturating_mul(self.size), take: self.size }
    }

    /// The page with these rows.
    pub(crate) fn answer<T>(&self, found: Counted<T>) -> Result<axum::Json<Numbered<T>>, Refusal> {
        self.page(found).map(axum::Json)
    }

    /// All that the page hangs on beside the list.
    pub(crate) fn name(&self) -> String {
        format!("{} {} {} {}", self.page, self.size, self.says_size(), self.path)
    }

    /// The page with these rows, before it is written.
    pub(crate) fn page<T>(&self, found: Counted<T>) -> Result<Numbered<T>, Refusal> {
        let pages = found.count.div_ceil(self.size).max(1);
        if self.page > pages {
            return Err(no_page());
        }
        Ok(Numbered {
            count: found.count,
            next: (self.page < pages).then(|| self.address(self.page + 1)),
            previous: (self.page > 1).then(|| self.address(self.page - 1)),
            results: found.rows,
        })
    }

    /// Whether the caller said how many rows a page has.
    fn says_size(&self) -> bool {
        self.query.iter().any(|(name, _)| name == "page_size")
    }

    fn address(&self, page: u32) -> String {
        let mut query = vec![format!("page={page}")];
        if self.says_size() {
            query.push(format!("page_size={}", self.size));
        }
        format!("{}?{}", self.path, query.join("&"))
    }
}
