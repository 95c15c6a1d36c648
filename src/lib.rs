//! `contacts` asks Rocket.Chat, EngageLab LiveDesk, ChatbotX and Chatwoot who a customer is.
//!
//! This page is the architecture document.

pub mod cli;
pub mod config;
pub mod http;
pub mod mirror;
pub mod model;
pub mod render;
pub mod sandbox;
pub mod source;
pub mod term;
pub mod vendor;
