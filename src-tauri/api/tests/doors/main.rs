//! What every door hears from the command table, asked as a client asks: by name and in JSON.

mod administration;
mod errors;
mod house;
mod local_api;
mod locking;
mod outside;
mod samples;
mod table;
mod transfers;
