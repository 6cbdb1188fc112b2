//! Disks that take no more while a recovery code is used up or made: who was told of a fault has
//! the old one, who was told of none has the new one.

use algoagent_core::account::{self, DoorKind};
use algoagent_core::{Core, profile};

use crate::child;
use crate::credentials::NEXT;
use crate::house::{House, PASSWORD, register, secret, sign_in, wish};

const CODE: &str = "ALGOAGENT_STORY_CODE";
const DOOR: DoorKind = DoorKind::Desktop;
/// The biggest file that a child may write, in blocks of 512 bytes.
const LIMITS: [u32; 14] = [1, 2, 3, 4, 5, 8, 16, 48, 64, 65, 80, 128, 200, 400];

#[tokio::test]
#[ignore = "the child of the story below"]
async fn someone_with_a_code() {
    let (Some(place), Ok(code)) = (child::place(), std::env::var(CODE)) else { return };
    let Ok(core) = Core::open(child::config(&place)).await else { return };
    match account::recover(&core, DOOR, "ada", &code, secret(NEXT)).await {
        Ok((_, code)) => child::tell(&format!("recovered {}", *code)),
        Err(fault) => child::tell(&format!("fault {fault:?}")),
    }
    match account::claim(&core, DOOR, "grace", secret(PASSWORD), secret(NEXT)).await {
        Ok((_, code)) => child::tell(&format!("claimed {}", *code)),
        Err(fault) => child::tell(&format!("fault {fault:?}")),
    }
    core.shut_down().await;
}

#[tokio::test]
async fn a_code_is_used_up_only_when_the_next_one_is_shown() {
    let house = House::new();
    let core = house.open().await;
    let (ada, old) = register(&core, "ada").await;
    account::administration::create(&ada, wish("grace"), false).await.unwrap();
    core.shut_down().await;
    drop((core, ada));
    let (mut wrong, mut refused, mut done) = (Vec::new(), 0, 0);
    for limit in LIMITS {
        let small = house.copied();
        let shell = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$0\" \"$@\"");
        let test = "full_disk_codes::someone_with_a_code";
        let mut command = child::command(&["sh", "-c", &shell], test, small.path());
        command.env(CODE, &old);
        let (told, well) = child::Running::start(command).run_out();
        assert!(well, "{limit} blocks: {told:#?}");
        let shown = |word: &str| told.iter().find_map(|line| line.strip_prefix(word));
        let core = Core::open(child::config(small.path())).await.expect("it opens with room");
        let (recovered, claimed) = (shown("recovered "), shown("claimed "));
        let both = u32::from(recovered.is_some()) + u32::from(claimed.is_some());
        (refused, done) = (refused + 2 - both, done + both);
        let code = recovered.unwrap_or(&old);
        let third = secret("yet another password 9");
        match account::recover(&core, DOOR, "ada", code, third).await {
            Ok((ada, _)) => drop(profile::get(&ada).await.expect("her vault is whole")),
            Err(fault) => wrong.push(format!("{limit} blocks: recovery: {fault}: {told:?}")),
        }
        let grace = match claimed {
            Some(_) => sign_in(&core, "grace", NEXT).await,
            None => account::claim(&core, DOOR, "grace", secret(PASSWORD), secret(NEXT))
                .await
                .map(|(grace, _)| grace),
        };
        match grace {
            Ok(grace) => drop(profile::get(&grace).await.expect("her vault is whole")),
            Err(fault) => wrong.push(format!("{limit} blocks: claim: {fault}: {told:?}")),
        }
        core.shut_down().await;
    }
    println!("{} limits: {refused} refused, {done} done", LIMITS.len());
    assert!(refused > 3 && done > 3);
    assert_eq!(wrong, Vec::<String>::new());
}
