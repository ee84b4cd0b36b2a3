//! The command menu: one list per scope and language, of which a person sees the most specific.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::message::Person;
use super::params::Params;
use super::refusal::Refusal;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    pub command: String,
    pub description: String,
}

#[derive(Debug, Default)]
pub(super) struct Menus(BTreeMap<(String, String), Vec<Command>>);

impl Menus {
    pub(super) fn set(&mut self, params: &Params) -> Result<(), Refusal> {
        let list = params.json("commands")?.unwrap_or(Value::Null);
        let commands: Vec<Command> = serde_json::from_value(list)
            .map_err(|_no_list| Refusal::bad("can't parse commands JSON object"))?;
        if commands.len() > 100 {
            return Err(Refusal::bad("BOT_COMMANDS_TOO_MUCH"));
        }
        if !commands.iter().all(is_possible) {
            return Err(Refusal::bad("BOT_COMMAND_INVALID"));
        }
        let language = params.text("language_code").unwrap_or_default();
        let scope = scope_key(params.json("scope")?.as_ref());
        self.0.insert((scope, language), commands);
        Ok(())
    }

    /// What `person` finds in the menu (reference/telegram.md §A.6).
    pub(super) fn seen_by(&self, person: &Person) -> Vec<Command> {
        let language = person.language_code.split('-').next().unwrap_or_default();
        let scopes = [format!("chat:{}", person.id), "all_private_chats".into(), "default".into()];
        scopes
            .iter()
            .flat_map(|scope| [(scope, language), (scope, "")])
            .find_map(|(scope, language)| self.0.get(&(scope.clone(), language.to_owned())))
            .cloned()
            .unwrap_or_default()
    }
}

fn scope_key(scope: Option<&Value>) -> String {
    let field = |name: &str| scope.and_then(|scope| scope.get(name));
    let kind = field("type").and_then(Value::as_str).unwrap_or("default");
    match field("chat_id") {
        Some(chat) => format!("{kind}:{}", chat.to_string().trim_matches('"')),
        None => kind.to_owned(),
    }
}

fn is_possible(Command { command, description }: &Command) -> bool {
    let name = command.strip_prefix('/').unwrap_or(command);
    let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (1..=32).contains(&name.len())
        && name.chars().all(known)
        && (1..=256).contains(&description.chars().count())
}
