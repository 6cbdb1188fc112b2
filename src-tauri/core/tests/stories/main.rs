//! Stories through the whole core: a data directory on the disk, a clock that the story turns,
//! and, where a model is needed, a service on this computer that says what the story wants.

mod accounts;
mod answers;
mod chats;
mod damage;
mod files;
mod gemini;
mod gemini_faults;
mod house;
mod recovery;
mod service;
mod tokens;
