//! The local API over real sockets: every row, every refusal, and whoever should not be let in.
//! Each answer that a story gets is held against the OpenAPI document.

mod accounts;
mod bounds;
mod chats;
mod client;
mod collection;
mod contexts;
mod cookies;
mod described;
mod faults;
mod floods;
mod guarding;
mod house;
mod kept;
mod places;
mod profiles;
mod raw;
mod silence;
mod strangers;
mod strategies;
mod streams;
