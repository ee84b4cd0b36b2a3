//! A look at an address from outside, for the doctor: status, and the clock that its `Date` shows.

use async_trait::async_trait;
use chrono::DateTime;
use http::header::DATE;

use crate::payments::ports::{Glance, Outlook};
use crate::platform::http::{Client, Limits, client};

pub struct HttpOutlook {
    client: Client,
}

impl HttpOutlook {
    /// # Errors
    /// When the TLS library cannot be set up.
    pub fn try_new() -> anyhow::Result<Self> {
        Ok(Self { client: client(Limits::seconds(5, 10))? })
    }
}

#[async_trait]
impl Outlook for HttpOutlook {
    async fn post_unsigned(&self, address: &str) -> Glance {
        let request = self.client.post(address).header("content-type", "application/json");
        glance(request.body("{}")).await
    }

    async fn look(&self, address: &str) -> Glance {
        glance(self.client.get(address)).await
    }
}

async fn glance(request: reqwest::RequestBuilder) -> Glance {
    match request.send().await {
        Ok(answer) => {
            let date = answer.headers().get(DATE).and_then(|value| value.to_str().ok());
            let date = date.and_then(|text| DateTime::parse_from_rfc2822(text).ok());
            Glance {
                status: Some(answer.status().as_u16()),
                clock_ms: date.map(|date| date.timestamp_millis()),
                fault: None,
            }
        }
        Err(error) => {
            let fault = crate::platform::chain(&error.without_url());
            Glance { status: None, clock_ms: None, fault: Some(fault) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wiremock::matchers::{method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    #[tokio::test]
    async fn status_and_clock_are_read_and_silence_is_told() {
        let server = MockServer::start().await;
        let answer =
            ResponseTemplate::new(401).insert_header("date", "Sat, 21 Nov 2026 04:13:00 GMT");
        Mock::given(method("POST"))
            .and(path("/webhook/pingpong"))
            .respond_with(answer)
            .mount(&server)
            .await;
        let outlook = HttpOutlook::try_new().unwrap();
        let seen = outlook.post_unsigned(&format!("{}/webhook/pingpong", server.uri())).await;
        assert_eq!((seen.status, seen.clock_ms), (Some(401), Some(1_795_234_380_000)));
        assert_eq!(outlook.look(&server.uri()).await.status, Some(404));
        let nobody = outlook.look("http://127.0.0.1:1/").await;
        assert_eq!(nobody.status, None);
        assert!(!nobody.fault.unwrap().contains("127.0.0.1"));
    }
}
