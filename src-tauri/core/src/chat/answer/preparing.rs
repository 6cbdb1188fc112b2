//! What the model is asked with, and what is done where that is too much for it.

use super::{By, Writer};
use crate::account::Locked;
use crate::chat::asking::{LONGEST_HISTORY, Linked, Material, Prepared};
use crate::chat::{ChatError, ChatEvent, origin, summary};
use crate::context;
use crate::model::builtin::BuiltIn;
use crate::model::window::{self, Plan};
use crate::model::wire::Remote;
use crate::model::{Answer, Model as _, Problem, ProblemCode, catalog};
use crate::settings::{self, Chosen};

impl Writer {
    /// The window to try after the service refused the whole: what it named, else half of what it
    /// was sent.
    pub(super) async fn narrower(&mut self, problem: &Problem) -> u32 {
        if let Some((window, by)) = problem.window.zip(self.by.as_ref())
            && let Some(mut db) = self.unlocked.connection().await
        {
            let kept = settings::remember_window(&mut db, by.service, &by.asked.id, window).await;
            if let Err(fault) = kept {
                tracing::warn!(%fault, "a model's window was not remembered");
            }
        }
        problem.window.unwrap_or(self.sent / 2)
    }

    /// The same problem, with the nearest of the service's models where one is gone.
    pub(super) async fn explained(&self, mut problem: Problem) -> Problem {
        if problem.code == ProblemCode::ModelGone
            && let Some(by) = &self.by
        {
            // What it lists now counts more than what it listed once.
            let listed = settings::models(&self.session, by.service).await;
            let listed = listed.unwrap_or_else(|_| by.listed.clone());
            let Some(nearest) = catalog::nearest(&by.asked.id, &listed) else { return problem };
            problem.message = format!(
                "{} doesn't have {} (any more). The nearest that it has is {}.",
                by.name, by.asked.id, nearest.name
            );
            problem.nearest = Some(nearest.id.clone());
        }
        if self.text.trim().is_empty() { problem.without_text() } else { problem }
    }

    /// Gathers what the model is told, and asks it.
    pub(super) async fn ask(&mut self, narrow: Option<u32>) -> Result<Answer, Problem> {
        let material = self.gather().await.map_err(|fault| unreadable(&fault))?;
        self.told.profile = material.profile.clone();
        let chosen = settings::resolve(&self.session, material.wishes.clone()).await;
        let chosen = chosen.map_err(|fault| match fault {
            settings::SettingsError::Model(problem) => problem,
            fault => unreadable(&fault),
        })?;
        match chosen {
            Chosen::BuiltIn => {
                let model = BuiltIn::default();
                self.model = model.label();
                Ok(model.stream(material.whole().request))
            }
            Chosen::Remote { remote, service, listed, local } => {
                let mut material = material;
                material.for_service(service);
                self.model = remote.label();
                self.by = Some(By {
                    service,
                    kind: remote.endpoint.kind,
                    name: remote.endpoint.name.clone(),
                    asked: remote.model.clone(),
                    answers: remote.model.id.clone(),
                    listed,
                    local,
                });
                let prepared = self.fit(material, &remote, narrow).await?;
                self.left_out = prepared.left_out;
                self.sent = window::estimate(&prepared.request);
                Ok(remote.stream(prepared.request))
            }
        }
    }

    async fn gather(&mut self) -> Result<Material, ChatError> {
        let now = self.session.core().sources.now();
        // Also behind a lock: what was asked before it is answered.
        let mut db = self.unlocked.connection().await.ok_or(Locked)?;
        if let Some(context) = self.chat.context_id {
            context::mark_used(&mut db, context, now).await?;
        }
        let material =
            Material::gather(&mut db, Linked::from(&self.chat), self.question, LONGEST_HISTORY)
                .await?;
        let version = origin::profile_version(&mut db, &material.profile, now).await?;
        self.told.profile_version = Some(version);
        self.told.context_version = match &material.context {
            Some(context) => context::newest_version(&mut db, context.id).await?,
            None => None,
        };
        Ok(material)
    }

    /// As much of the conversation as the model's window holds.
    async fn fit(
        &mut self,
        material: Material,
        remote: &Remote,
        narrow: Option<u32>,
    ) -> Result<Prepared, Problem> {
        let (from, pinned) = match material.plan(remote, narrow) {
            Plan::Whole => return Ok(material.whole()),
            Plan::Rolling { from, pinned } => return Ok(material.from(from, pinned)),
            Plan::Summary { from, pinned } => (from, pinned),
        };
        let Some(middle) = material.middle(from, remote) else { return Ok(material.whole()) };
        let (chat_id, message_id) = (self.chat.id, self.answer);
        let messages = middle.messages;
        self.unlocked.desk.tell(ChatEvent::Summarising { chat_id, message_id, messages });
        let now = self.session.core().sources.now();
        let (summary, used) = match material.summarise(remote, &middle, now).await {
            Ok((summary, used)) if !summary.text.trim().is_empty() => (summary, used),
            // Without one the newest is told alone, and the person sees that.
            Ok(_) => return Ok(material.from(from, pinned)),
            Err(problem) => {
                tracing::warn!(%problem, "a conversation could not be summarised");
                return Ok(material.from(from, pinned));
            }
        };
        let stored = async {
            let mut db = self.unlocked.connection().await.ok_or(Locked)?;
            let cost = self.cost(&mut db, used).await?;
            Ok::<_, ChatError>(summary::insert(&mut db, chat_id, &summary, used, cost).await?)
        };
        if let Err(fault) = stored.await {
            tracing::warn!(%fault, "a summary was not stored");
        }
        self.unlocked.desk.tell(ChatEvent::Summarised { chat_id, summary: summary.clone() });
        let material = Material { summary: Some(summary), ..material };
        Ok(Prepared { left_out: 0, ..material.from(from, pinned) })
    }
}

fn unreadable(fault: &dyn std::error::Error) -> Problem {
    tracing::error!(%fault, "a question could not be prepared");
    Problem::new(
        ProblemCode::RequestRefused,
        "The question could not be put together from your vault. Try again; if it stays so, restart the program.",
    )
}
