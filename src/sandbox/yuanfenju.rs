//! Plays the chart service of Yuanfenju on loopback: `POST /v1/Bazi/paipan`, also below
//! `/index.php` (reference/yuanfenju.md §4.1).
//!
//! Reckons with the almanac library directly and shares no code with the adapter or with our
//! engine. Misfortune comes from [`Faults`].

mod body;
mod chart;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use self::chart::{Chart, Person};
use super::faults::{Fault, Faults};

/// How long a time-out keeps silent when the client does not give up before.
const SILENCE: Duration = Duration::from_secs(60);

/// The played service.
pub fn router(faults: Arc<Faults>) -> Router {
    Router::new()
        .route("/v1/Bazi/paipan", post(paipan))
        .route("/index.php/v1/Bazi/paipan", post(paipan))
        .with_state(faults)
}

/// The fields of a request, all of them text.
type Fields = HashMap<String, String>;

async fn paipan(State(faults): State<Arc<Faults>>, Form(form): Form<Fields>) -> Response {
    if faults.take(Fault::BaziTimeout) {
        tokio::time::sleep(SILENCE).await;
        return StatusCode::GATEWAY_TIMEOUT.into_response();
    }
    if faults.take(Fault::BaziServerError) {
        let page = Html("<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>");
        return (StatusCode::SERVICE_UNAVAILABLE, page).into_response();
    }
    let mut chart = match read(&form) {
        Ok(chart) => chart,
        Err(message) => return failed(message),
    };
    if faults.take(Fault::BaziWrongPillars) {
        chart.mistake_the_day();
    }
    succeeded(&body::paipan(form.get("name").map_or("", String::as_str), &chart))
}

fn read(form: &Fields) -> Result<Chart, &'static str> {
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    if field("api_key").is_empty() {
        return Err("密钥不正确");
    }
    if field("name").is_empty() {
        return Err("参数name不能为空");
    }
    // Lunar dates and places are the client's to convert.
    if field("type") != "1" || !matches!(field("zhen"), "" | "2") {
        return Err("参数错误：只支持公历，真太阳时请先换算");
    }
    let person = Person::read(form).ok_or("参数格式错误")?;
    Chart::of(&person).ok_or("参数错误：日期不存在")
}

fn succeeded(data: &Value) -> Response {
    let notice = "本服务仅供娱乐与学习参考";
    Json(json!({"errcode": 0, "errmsg": "请求成功", "notice": notice, "data": data}))
        .into_response()
}

/// Failures of the business come with HTTP 200 and a list for `data`.
fn failed(message: &str) -> Response {
    Json(json!({"errcode": -1, "errmsg": message, "data": []})).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, header};
    use tower::ServiceExt;

    use super::*;

    const FORM: &str = "api_key=abcdefghijklmnopqrstuvwxy&name=x&sex=0&type=1&year=1992&month=10\
                        &day=21&hours=9&minute=40&sect=1&zhen=2&lang=zh-cn";

    async fn ask_at(faults: &Arc<Faults>, path: &str, form: &str) -> (StatusCode, Value) {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .unwrap();
        let response = router(Arc::clone(faults)).oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    async fn ask(form: &str) -> Value {
        ask_at(&Arc::default(), "/v1/Bazi/paipan", form).await.1
    }

    #[tokio::test]
    async fn the_published_example_is_answered_as_published() {
        for path in ["/v1/Bazi/paipan", "/index.php/v1/Bazi/paipan"] {
            let (status, body) = ask_at(&Arc::default(), path, FORM).await;
            assert_eq!((status, &body["errcode"]), (StatusCode::OK, &json!(0)));
            let data = &body["data"];
            assert_eq!(data["base_info"]["sex"], "乾造");
            assert_eq!(data["base_info"]["gongli"], "1992年10月21日9时40分");
            assert_eq!(data["base_info"]["nongli"], "壬申年 九月 廿六日 巳时");
            assert_eq!(data["bazi_info"]["bazi"], json!(["壬申", "庚戌", "庚午", "辛巳"]));
            assert_eq!(
                data["bazi_info"]["dz_cg"],
                json!(["庚|壬|戊", "戊|辛|丁", "丁|己", "丙|庚|戊"])
            );
            assert_eq!(data["bazi_info"]["dz_cg_god"][0], "比肩|食神|偏印");
            assert_eq!(data["bazi_info"]["tg_cg_god"], json!(["食神", "比肩", "日元", "劫财"]));
            assert_eq!(data["bazi_info"]["day_cs"], json!(["临官", "衰", "沐浴", "长生"]));
            assert_eq!(data["bazi_info"]["kw"], "戌亥");
            assert_eq!(data["dayun_info"]["big"].as_array().unwrap().len(), 12);
            assert_eq!(data["dayun_info"]["big"][0], "辛亥");
            assert_eq!(data["dayun_info"]["xu_sui"][0], 7);
            assert_eq!(data["dayun_info"]["years_info0"][0]["year_char"], "戊寅");
            assert_eq!(data["detail_info"]["zizuo"]["hour"], "死");
            assert_eq!(data["start_info"]["sx"], "猴");
        }
    }

    #[tokio::test]
    async fn a_woman_and_the_other_school_are_heard() {
        let body = ask(&FORM.replace("sex=0", "sex=1")).await;
        assert_eq!(body["data"]["base_info"]["sex"], "坤造");
        assert_eq!(body["data"]["dayun_info"]["big"][0], "己酉");
        let late = FORM.replace("hours=9", "hours=23");
        assert_eq!(ask(&late).await["data"]["bazi_info"]["bazi"][2], "辛未");
        let same_day = ask(&late.replace("sect=1", "sect=2")).await;
        assert_eq!(same_day["data"]["bazi_info"]["bazi"][2], "庚午");
    }

    #[tokio::test]
    async fn bad_requests_are_refused_in_the_usual_way() {
        for (from, to) in [
            ("abcdefghijklmnopqrstuvwxy", ""),
            ("day=21", "day=32"),
            ("month=10", "month=13"),
            ("year=1992", "year=0"),
            ("&name=x", ""),
            ("type=1", "type=0"),
            ("&hours=9", ""),
        ] {
            let body = ask(&FORM.replace(from, to)).await;
            assert_eq!((&body["errcode"], &body["data"]), (&json!(-1), &json!([])), "{to}");
        }
    }

    #[tokio::test]
    async fn faults_happen_once_each() {
        let faults = Arc::new(Faults::default());
        faults.set(Fault::BaziServerError, 1);
        faults.set(Fault::BaziWrongPillars, 1);
        let ask = || ask_at(&faults, "/v1/Bazi/paipan", FORM);
        assert_eq!(ask().await.0, StatusCode::SERVICE_UNAVAILABLE);
        assert_ne!(ask().await.1["data"]["bazi_info"]["bazi"][2], "庚午");
        assert_eq!(ask().await.1["data"]["bazi_info"]["bazi"][2], "庚午");
    }

    #[tokio::test(start_paused = true)]
    async fn a_time_out_keeps_silent_for_a_minute() {
        let faults = Arc::new(Faults::default());
        faults.set(Fault::BaziTimeout, 1);
        let began = tokio::time::Instant::now();
        let (status, _) = ask_at(&faults, "/v1/Bazi/paipan", FORM).await;
        assert_eq!((status, began.elapsed()), (StatusCode::GATEWAY_TIMEOUT, SILENCE));
    }
}
