//! Stories through the whole core: a data directory on the disk, a clock that the story turns,
//! and, where a model is needed, a service on this computer that says what the story wants.

mod accounts;
mod administration;
mod answers;
mod backups;
mod belongings;
mod branches;
mod cancelled;
mod chats;
mod child;
mod claims;
mod contexts;
#[cfg(unix)]
mod crashes;
mod credentials;
mod damage;
mod exports;
mod faults;
mod files;
#[cfg(unix)]
mod full_disk;
#[cfg(unix)]
mod full_disk_codes;
mod gemini;
mod gemini_faults;
mod headers;
mod house;
mod imports;
mod interrupted;
mod keyed;
mod lists;
mod local_api;
#[cfg(target_os = "linux")]
mod memory;
mod migrations;
mod pages;
mod records;
mod recovery;
mod restores;
mod searches;
mod service;
mod services;
mod sessions;
mod staying;
mod tokens;
mod transfers;
mod transfers_odd;
mod windows;

/// As the program has it: what is given back is zeroed first. Nothing else keeps the pieces of a
/// password that are left behind when its strength is judged.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);
