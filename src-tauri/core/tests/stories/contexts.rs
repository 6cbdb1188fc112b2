//! Contexts: their versions in pages, and how many there may be.

use algoagent_core::account::Session;
use algoagent_core::context::{self, ContextDraft, ContextError};
use algoagent_core::ids::ContextId;

use crate::house::House;

pub(crate) fn named(name: &str) -> ContextDraft {
    ContextDraft {
        name: name.to_owned(),
        instructions: String::new(),
        data: serde_json::Map::new(),
        active: true,
        model: None,
    }
}

async fn numbers(session: &Session, id: ContextId, before: Option<u32>) -> (Vec<u32>, bool) {
    let page = context::versions(session, id, before).await.expect("versions");
    (page.versions.iter().map(|version| version.number).collect(), page.has_older)
}

#[tokio::test]
async fn versions_come_in_pages_and_the_oldest_can_be_restored() {
    let (_house, _core, ada) = House::with_ada().await;
    let id = context::create(&ada, named("1")).await.unwrap().id;
    for version in 2..=45 {
        context::update(&ada, id, named(&version.to_string())).await.unwrap();
    }
    assert_eq!(numbers(&ada, id, None).await, ((26..=45).rev().collect(), true));
    assert_eq!(numbers(&ada, id, Some(26)).await, ((6..=25).rev().collect(), true));
    assert_eq!(numbers(&ada, id, Some(6)).await, ((1..=5).rev().collect(), false));
    assert_eq!(numbers(&ada, id, Some(1)).await, (vec![], false));
    let restored = context::restore_version(&ada, id, 1).await.unwrap();
    assert_eq!((&*restored.draft.name, restored.version), ("1", 46));
    for strange in [0, 47, u32::MAX] {
        let refused = context::restore_version(&ada, id, strange).await;
        assert!(matches!(refused, Err(ContextError::NotFound)), "{strange}: {refused:?}");
    }
    let refused = context::versions(&ada, ContextId(99), None).await;
    assert!(matches!(refused, Err(ContextError::NotFound)), "{refused:?}");
}

#[tokio::test]
async fn there_are_at_most_five_hundred() {
    let (_house, _core, ada) = House::with_ada().await;
    for number in 1..=500 {
        context::create(&ada, named(&format!("Number {number}"))).await.unwrap();
    }
    let refused = context::create(&ada, named("One more")).await;
    let Err(ContextError::Invalid(why)) = refused else { panic!("{refused:?}") };
    assert!(why.to_string().contains("You have 500 contexts"), "{why}");
    let all = context::list(&ada).await.unwrap();
    context::delete(&ada, all[0].id).await.unwrap();
    context::create(&ada, named("One more")).await.unwrap();
    assert_eq!(context::list(&ada).await.unwrap().len(), 500);
}
