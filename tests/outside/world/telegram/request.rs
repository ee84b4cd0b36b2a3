//! `/bot{token}/{method}`: any HTTP method, parameters as JSON, form, query or multipart, method
//! names in any case.

use axum::extract::{FromRequest, Multipart, Path, Query, Request, State};
use axum::http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use super::answer::{Answer, Refusal};
use super::{TOKEN, Telegram, methods};

/// The parameters of one call.
pub(super) struct Call {
    /// In lower case.
    pub(super) method: String,
    pub(super) params: Value,
    /// Names of parameters that came as files.
    pub(super) files: Vec<String>,
}

pub(super) async fn receive(
    State(telegram): State<Telegram>,
    Path((bot, method)): Path<(String, String)>,
    Query(query): Query<Map<String, Value>>,
    request: Request,
) -> Answer {
    if bot.strip_prefix("bot") != Some(TOKEN) {
        telegram.stage.complain(format!("Telegram was called with the token `{bot}`"));
        return Answer(Err(Refusal::unauthorized()));
    }
    let mut call =
        Call { method: method.to_lowercase(), params: Value::Object(query), files: Vec::new() };
    if let Err(fault) = read_body(request, &mut call).await {
        telegram.stage.complain(format!("{method}: {fault}"));
        return Answer(Err(Refusal::bad(&fault)));
    }
    telegram.locked(|state| *state.calls.entry(call.method.clone()).or_default() += 1);
    let answer = methods::run(&telegram, &call).await;
    Answer(answer)
}

async fn read_body(request: Request, call: &mut Call) -> Result<(), String> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        let form =
            Multipart::from_request(request, &()).await.map_err(|fault| fault.to_string())?;
        return read_multipart(form, call).await;
    }
    let json = kind.is_none_or(|kind| kind.starts_with("application/json"));
    let body = axum::body::to_bytes(request.into_body(), 60 << 20).await;
    let body = body.map_err(|fault| fault.to_string())?;
    if body.is_empty() {
        return Ok(());
    }
    if !json {
        return Err("the played server reads JSON and multipart".to_owned());
    }
    let params: Value = serde_json::from_slice(&body).map_err(|fault| fault.to_string())?;
    call.params = params;
    Ok(())
}

async fn read_multipart(mut form: Multipart, call: &mut Call) -> Result<(), String> {
    while let Some(field) = form.next_field().await.map_err(|fault| fault.to_string())? {
        let name = field.name().unwrap_or_default().to_owned();
        if field.file_name().is_some() {
            let bytes = field.bytes().await.map_err(|fault| fault.to_string())?;
            if bytes.is_empty() {
                return Err("file must be non-empty".to_owned());
            }
            call.files.push(name);
        } else {
            let text = field.text().await.map_err(|fault| fault.to_string())?;
            call.params[&name] = serde_json::from_str(&text).unwrap_or(Value::String(text));
        }
    }
    Ok(())
}
