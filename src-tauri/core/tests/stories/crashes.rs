//! A program that is killed while it writes: what it acknowledged is there.

use std::path::Path;
use std::time::Duration;

use algoagent_core::clock::Sources;
use algoagent_core::ids::MessageId;
use algoagent_core::{Core, chat};

use crate::child;
use crate::house::{PASSWORD, register, sign_in};
use crate::keyed::{Drawn, faults};

const WRITERS: usize = 4;
const KILLS: usize = 200;
const LONGEST_LIFE_MS: u64 = 80;

/// What a writer said was on the disk: the message's id and number.
type Acknowledged = Vec<(MessageId, u64)>;

#[tokio::test]
#[ignore = "the child of the story below"]
async fn writer() {
    let Some(place) = child::place() else { return };
    let core = Core::open(child::config(&place)).await.expect("it opens after a kill");
    let ada = sign_in(&core, "ada", PASSWORD).await.expect("she gets in after a kill");
    let mut number = std::process::id().into();
    loop {
        number += 1 << 32;
        let sent =
            chat::send(&ada, None, chat::New::default(), text(number)).await.expect("it is sent");
        child::tell(&format!("{} {number}", sent.question.id.0));
    }
}

/// Long enough for a message of many pages now and then.
fn text(number: u64) -> String {
    format!(
        "message {number} {}",
        "word ".repeat(usize::try_from(number >> 32).unwrap_or(0) * 97 % 4000)
    )
}

fn random_ms(up_to: u64) -> Duration {
    let mut bytes = [0; 8];
    Sources::system().fill(&mut bytes);
    Duration::from_millis(u64::from_le_bytes(bytes) % up_to)
}

/// Starts a writer and kills it at some moment after its first acknowledgement.
fn killed_writer(place: &Path) -> Acknowledged {
    let mut writer = child::Running::start(child::command(&[], "crashes::writer", place));
    let mut told: Vec<String> = writer.told().into_iter().collect();
    assert_eq!(told.len(), 1, "a writer ended by itself");
    std::thread::sleep(random_ms(LONGEST_LIFE_MS));
    writer.process.kill().expect("killed");
    writer.process.wait().expect("dead");
    told.extend(std::iter::from_fn(|| writer.told()));
    let number = |line: &str| {
        let (id, number) = line.split_once(' ').expect("two numbers");
        (MessageId(id.parse().expect("an id")), number.parse().expect("a number"))
    };
    told.iter().map(|line| number(line)).collect()
}

#[tokio::test]
async fn killed_two_hundred_times_while_writing_nothing_acknowledged_is_lost() {
    let mut houses = Vec::new();
    for _ in 0..WRITERS {
        let (place, drawn) = (tempfile::tempdir().unwrap(), Drawn::default());
        let core = Core::open(drawn.noted(child::config(place.path()))).await.unwrap();
        let (ada, _) = register(&core, "ada").await;
        core.shut_down().await;
        houses.push((place, drawn, ada.account().uuid.to_string()));
    }
    let acknowledged: Vec<Acknowledged> = std::thread::scope(|scope| {
        let writing = houses.iter().map(|(place, ..)| {
            let kill = || killed_writer(place.path());
            scope.spawn(move || (0..KILLS / WRITERS).flat_map(|_| kill()).collect())
        });
        let writing: Vec<_> = writing.collect();
        writing.into_iter().map(|one| one.join().expect("no panic")).collect()
    });
    let (mut lost, mut kept) = (0, 0);
    for ((place, drawn, uuid), acknowledged) in houses.iter().zip(&acknowledged) {
        let core = Core::open(child::config(place.path())).await.unwrap();
        let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
        for (id, number) in acknowledged {
            match chat::text_of(&ada, *id).await {
                Ok(found) if found == text(*number) => kept += 1,
                _ => lost += 1,
            }
        }
        core.shut_down().await;
        let file = place.path().join("vaults").join(uuid).join("vault.db");
        assert_eq!(faults(&mut drawn.open(&file).await).await, Vec::<String>::new());
    }
    println!("{KILLS} kills: {kept} acknowledged messages kept, {lost} lost");
    assert_eq!(lost, 0, "of {}", kept + lost);
    assert!(kept >= KILLS);
}
