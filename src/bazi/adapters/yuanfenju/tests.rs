//! The client against a service made of fixed answers: good, refused, broken, late, wrong.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::bazi::test_births::{birth, female, input};
use crate::bazi::{BirthTime, ChartSource, Point, Sect, cross_check};
use crate::platform::chain;

const KEY: &str = "abcdefghijklmnopqrstuvwxy";

/// The example of reference/yuanfenju.md §4.1 for a man of 1992-10-21 09:40.
fn example() -> Value {
    json!({"errcode": 0, "errmsg": "请求成功", "notice": "…", "data": {
        "base_info": {"sex": "乾造", "name": 0, "gongli": "1992年10月21日9时40分",
            "nongli": "壬申年 九月 廿六日 巳时", "qiyun": "5年8月11天起运",
            "jiaoyun": "1998年6月3日19时44分2秒", "zhengge": "偏印格"},
        "bazi_info": {"kw": "戌亥", "bazi": ["壬申", "庚戌", "庚午", "辛巳"],
            "tg_cg_god": ["食神", "比肩", "日元", "劫财"],
            "dz_cg": ["庚|壬|戊", "戊|辛|丁", "丁|己", "丙|庚|戊"],
            "dz_cg_god": ["比肩|食神|偏印", "偏印|劫财|正官", "正官|正印", "七杀|比肩|偏印"],
            "day_cs": ["临官", "衰", "沐浴", "长生"],
            "na_yin": ["剑锋金", "钗钏金", "路旁土", "白蜡金"]},
        "dayun_info": {"big": ["辛亥", "壬子", "癸丑", "甲寅", "乙卯", "丙辰", "丁巳", "戊午",
            "己未", "庚申", "辛酉", "壬戌"], "xu_sui": [7]},
        "start_info": {"jishen": ["太极贵人 禄神 ", "华盖", "", "天乙贵人"], "xz": "天秤座", "sx": "猴"}}})
}

fn service_at(uri: &str) -> Yuanfenju {
    Yuanfenju::try_new(YuanfenjuConfig::new(format!("{uri}/index.php/"), KEY.into())).unwrap()
}

async fn service(answer: ResponseTemplate) -> (MockServer, Yuanfenju) {
    let server = MockServer::start().await;
    let mock = Mock::given(method("POST")).and(path("/index.php/v1/Bazi/paipan"));
    mock.respond_with(answer).expect(1).mount(&server).await;
    let service = service_at(&server.uri());
    (server, service)
}

fn good(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_string(body.to_string())
}

async fn ask(answer: ResponseTemplate) -> Result<Chart, ChartError> {
    let (_server, service) = service(answer).await;
    service.chart(&birth("1992-10-21 09:40", Sect::default()), 2026).await
}

async fn refusal(answer: Value) -> Refusal {
    match ask(good(&answer)).await {
        Err(ChartError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

async fn passing_fault(answer: ResponseTemplate) -> String {
    match ask(answer).await {
        Err(error @ ChartError::Unreachable(_)) => chain(&error),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_good_answer_becomes_the_same_chart_as_ours() {
    let theirs = ask(good(&example())).await.unwrap();
    let ours = chart(&birth("1992-10-21 09:40", Sect::default()), 2026).unwrap();
    assert_eq!(cross_check(&ours, &theirs), Ok(()));
    assert_eq!(theirs.source, ChartSource::Yuanfenju);
    let extras = theirs.extras.clone().unwrap();
    assert_eq!(extras.pattern.as_deref(), Some("偏印格"));
    assert_eq!(extras.stars[0], ["太极贵人", "禄神"]);
    assert!(extras.stars[2].is_empty());
    let check = theirs.check.clone().unwrap();
    assert!(check.agreed && check.differences.is_empty(), "{check:?}");
    let as_ours = Chart { source: ChartSource::Local, extras: None, check: None, ..theirs };
    assert_eq!(as_ours, ours);
}

#[tokio::test]
async fn what_the_service_reads_differently_is_told_and_ours_stands() {
    let mut answer = example();
    answer["data"]["bazi_info"]["na_yin"][0] = json!("海中金");
    answer["data"]["bazi_info"]["kw"] = json!("子丑");
    let theirs = ask(good(&answer)).await.unwrap();
    assert_eq!(theirs.pillars.year.nayin.zh(), "剑锋金");
    let check = theirs.check.unwrap();
    let told: Vec<_> = check.differences.iter().map(|it| it.field.as_str()).collect();
    assert!(check.agreed);
    assert_eq!(told, ["nayin.year", "void.day"]);
    assert_eq!(check.differences[0].theirs, "海中金");
}

#[tokio::test]
async fn a_packed_answer_is_unpacked_without_a_header() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(example().to_string().as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    assert!(ask(ResponseTemplate::new(200).set_body_bytes(packed.clone())).await.is_ok());
    let torn = packed[..packed.len() / 2].to_vec();
    let fault = passing_fault(ResponseTemplate::new(200).set_body_bytes(torn)).await;
    assert!(fault.contains("gzip"), "{fault}");
}

#[tokio::test]
async fn what_is_sent_is_gregorian_corrected_and_with_their_numbers() {
    let (server, service) = service(good(&example())).await;
    let mut stated = input("1990-05-20 07:15");
    stated.sex = Sex::Female;
    stated.sect = Sect::LateZiSameDay;
    stated.date = crate::bazi::parse_date("农历1990年四月廿六").unwrap();
    stated.summer_time = crate::bazi::SummerTime::Included;
    service.chart(&stated.normalise().unwrap(), 2026).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    let body = String::from_utf8(requests[0].body.clone()).unwrap();
    assert_eq!(
        body,
        format!(
            "name=mingshu&sex=1&type=1&year=1990&month=5&day=20&hours=6&minute=15&sect=2&zhen=2\
             &lang=zh-cn&api_key={KEY}"
        )
    );
}

#[tokio::test]
async fn a_refused_key_is_told_without_the_key() {
    let message = format!("密钥 {KEY} 不正确");
    let refusal = refusal(json!({"errcode": "1001", "errmsg": message, "data": []})).await;
    assert_eq!(refusal, Refusal::Key("1001: 密钥 *** 不正确".to_owned()));
}

#[tokio::test]
async fn a_failure_may_come_with_any_data() {
    for data in [json!([]), json!({}), Value::Null] {
        let body = json!({"errcode": -1, "errmsg": "次数已用完", "data": data});
        assert!(matches!(refusal(body).await, Refusal::Quota(_)));
    }
}

#[tokio::test]
async fn server_faults_and_limits_may_pass() {
    for status in [500, 502, 503, 429] {
        passing_fault(ResponseTemplate::new(status).set_body_string("<html>sorry</html>")).await;
    }
    passing_fault(good(&json!({"errcode": -1, "errmsg": "请求过于频繁"}))).await;
    let not_found = ask(ResponseTemplate::new(404)).await;
    assert!(matches!(not_found, Err(ChartError::Refused(Refusal::Request(_)))));
}

#[tokio::test]
async fn silence_ends_at_the_limit() {
    let server = MockServer::start().await;
    let late = good(&example()).set_delay(Duration::from_secs(30));
    Mock::given(method("POST")).respond_with(late).mount(&server).await;
    let mut config = YuanfenjuConfig::new(server.uri(), KEY.into());
    config.limits.total = Some(Duration::from_millis(50));
    let service = Yuanfenju::try_new(config).unwrap();
    let error = service.chart(&female("1992-10-21 09:40"), 2026).await.unwrap_err();
    assert!(matches!(error, ChartError::Unreachable(_)) && !chain(&error).contains(KEY));
}

#[tokio::test]
async fn nobody_there_may_pass() {
    let service = service_at("http://127.0.0.1:1");
    let error = service.chart(&female("1992-10-21 09:40"), 2026).await.unwrap_err();
    assert!(matches!(error, ChartError::Unreachable(_)));
}

#[tokio::test]
async fn garbage_is_not_believed() {
    passing_fault(ResponseTemplate::new(200).set_body_string("<html>欢迎</html>")).await;
    passing_fault(ResponseTemplate::new(200)).await;
    for (path, value) in [
        ("/data", json!([])),
        ("/data/base_info", json!([])),
        ("/data/base_info/sex", json!("未知")),
        ("/data/bazi_info/bazi", json!("壬申 庚戌 庚午 辛巳")),
        ("/data/bazi_info/bazi/3", json!("辛午")),
        ("/data/bazi_info/bazi", json!(["壬申", "庚戌", "庚午"])),
        ("/data/dayun_info/big", json!(["辛亥", "壬子"])),
    ] {
        let mut body = example();
        *body.pointer_mut(path).unwrap() = value;
        passing_fault(good(&body)).await;
    }
    let endless = vec![b' '; MAX_BYTES + 1];
    let fault = passing_fault(ResponseTemplate::new(200).set_body_bytes(endless)).await;
    assert!(fault.contains("longer"), "{fault}");
}

#[tokio::test]
async fn wrong_pillars_are_found_by_the_cross_check() {
    let ours = chart(&birth("1992-10-21 09:40", Sect::default()), 2026).unwrap();
    for (path, value, point) in [
        ("/data/base_info/sex", json!("坤造"), Point::Sex),
        ("/data/bazi_info/bazi/2", json!("辛未"), Point::Pillars),
        ("/data/dayun_info/big/0", json!("己酉"), Point::Luck),
    ] {
        let mut body = example();
        *body.pointer_mut(path).unwrap() = value;
        let theirs = ask(good(&body)).await.unwrap();
        let found = cross_check(&ours, &theirs).unwrap_err();
        assert_eq!(found.point, point);
        assert!(!found.near_boundary);
    }
}

#[tokio::test]
async fn an_unknown_hour_takes_nothing_of_the_noon_that_was_sent() {
    let (server, service) = service(good(&example())).await;
    let mut stated = input("1992-10-21 09:40");
    stated.time = BirthTime::Unknown;
    let moment = stated.normalise().unwrap();
    let theirs = service.chart(&moment, 2026).await.unwrap();
    assert_eq!(theirs.pillars_zh(), "壬申 庚戌 庚午 ----");
    assert_eq!(cross_check(&chart(&moment, 2026).unwrap(), &theirs), Ok(()));
    let extras = theirs.extras.unwrap();
    assert_eq!((extras.pattern, extras.stars.len()), (None, 3));
    let body = String::from_utf8(server.received_requests().await.unwrap()[0].body.clone());
    assert!(body.unwrap().contains("hours=12&minute=0"));
}
