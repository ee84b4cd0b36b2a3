//! The parameters of a call, from the query, JSON, a form or multipart: the Bot API takes all four.

use std::collections::BTreeMap;

use axum::Form;
use axum::extract::{FromRequest as _, Multipart, Query, Request};
use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;
use serde_json::{Map, Value};

use super::message::SentFile;
use super::refusal::Refusal;
use crate::kernel::ids;

/// Telegram's own limit for uploads.
pub(super) const MAX_BODY_BYTES: usize = 50 * 1024 * 1024;

type Pairs = Vec<(String, String)>;

#[derive(Debug, Default)]
pub(super) struct Params {
    fields: Map<String, Value>,
    files: BTreeMap<String, SentFile>,
}

impl Params {
    pub(super) async fn read(request: Request) -> Result<Self, Refusal> {
        let mut params = Self::default();
        let asked = Query::<Pairs>::try_from_uri(request.uri());
        params.take_pairs(asked.map_err(|_no_pairs| unreadable())?.0);
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().to_ascii_lowercase();
        if kind.starts_with("multipart/form-data") {
            let form = Multipart::from_request(request, &()).await;
            params.take_form(form.map_err(|_no_form| unreadable())?).await?;
        } else if kind.starts_with("application/x-www-form-urlencoded") {
            let form = Form::<Pairs>::from_request(request, &()).await;
            params.take_pairs(form.map_err(|_no_form| unreadable())?.0);
        } else if kind.starts_with("application/json") {
            let body = Bytes::from_request(request, &()).await.map_err(|_cut_off| unreadable())?;
            let fields: Map<String, Value> =
                serde_json::from_slice(&body).map_err(|_no_object| unreadable())?;
            params.fields.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
        }
        Ok(params)
    }

    /// Parameters within a parameter: what belongs to one item of an album.
    pub(super) fn of(fields: &Map<String, Value>) -> Self {
        Self { fields: fields.clone(), files: BTreeMap::new() }
    }

    /// The upload that an item names by `attach://…`.
    pub(super) fn attached(&self, place: &str) -> Option<&SentFile> {
        self.files.get(place.strip_prefix("attach://")?)
    }

    fn take_pairs(&mut self, pairs: Pairs) {
        self.fields.extend(pairs.into_iter().map(|(name, value)| (name, Value::String(value))));
    }

    async fn take_form(&mut self, mut form: Multipart) -> Result<(), Refusal> {
        while let Some(field) = form.next_field().await.map_err(|_broken| unreadable())? {
            let name = field.name().unwrap_or_default().to_owned();
            let file_name = field.file_name().map(str::to_owned);
            let content_type = field.content_type().unwrap_or_default().to_owned();
            let bytes = field.bytes().await.map_err(|_broken| unreadable())?;
            if let Some(file_name) = file_name {
                let file =
                    SentFile { id: ids::crockford(20), name: file_name, content_type, bytes };
                self.files.insert(name, file);
            } else {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                self.fields.insert(name, Value::String(text));
            }
        }
        Ok(())
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.fields.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                Some(other.to_string())
            }
        }
    }

    pub(super) fn integer(&self, name: &str) -> Option<i64> {
        self.text(name)?.trim().parse().ok()
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| matches!(text.trim(), "true" | "True" | "1"))
    }

    /// An object or a list, which forms carry as text.
    ///
    /// # Errors
    /// When the text is not JSON.
    pub(super) fn json(&self, name: &str) -> Result<Option<Value>, Refusal> {
        match self.fields.get(name) {
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text)
                .map(Some)
                .map_err(|_no_json| Refusal::bad(format!("can't parse {name} JSON object"))),
            other => Ok(other.cloned()),
        }
    }

    /// The strings of a list; `None` when it is not given.
    pub(super) fn words(&self, name: &str) -> Result<Option<Vec<String>>, Refusal> {
        let list = self.json(name)?;
        list.map(serde_json::from_value)
            .transpose()
            .map_err(|_no_list| Refusal::bad(format!("can't parse {name}")))
    }

    /// The file uploaded as `name`, directly or by `attach://…`.
    pub(super) fn file(&self, name: &str) -> Option<&SentFile> {
        let text = self.text(name);
        let key = text.as_deref().and_then(|text| text.strip_prefix("attach://")).unwrap_or(name);
        self.files.get(key)
    }
}

fn unreadable() -> Refusal {
    Refusal::bad("can't parse request")
}
