//! `dayfly`, the terminal client: the shell that a newcomer runs first.
//!
//! It owns the command line, the JSON contract, the plain lines and the chat view, and knows
//! nothing of networks: rooms come from the engine, and what is believed is decided there.

mod actions;
mod args;
mod code;
mod command;
mod consent;
mod demo;
mod discovery;
mod doctor;
mod exit;
mod join;
mod json;
mod links;
mod memory;
mod model;
mod network;
mod open;
mod password;
mod plain;
mod relay;
mod report;
mod session;
mod signals;
mod stdin;
mod text;
mod tracker;
mod tui;

#[cfg(test)]
mod testing;

use args::{Cli, Command, OpenArgs};
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    memory::keep_private();
    let exit = match Cli::parse().command {
        None => open::run(&OpenArgs::default()),
        Some(Command::Open(args)) => open::run(&args),
        Some(Command::Join(args)) => join::run(&args),
        Some(Command::Tracker(args)) => tracker::run(&args),
        Some(Command::Demo(args)) => demo::run(&args),
        Some(Command::Doctor(args)) => doctor::run(&args),
    };
    exit.into()
}
