//! Yuanfenju's chart endpoint (reference/yuanfenju.md §1–§4.1), for one birth whose chart the
//! reference gives: a man, 1992-10-21 09:40.

use std::sync::{Arc, Mutex};

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use super::stage::{Stage, play};
use super::telegram::BUYER_NAME;

pub(crate) const API_KEY: &str = "playedYuanfenjuKey1234567";
/// The chart of that birth.
pub(crate) const PILLARS: [&str; 4] = ["壬申", "庚戌", "庚午", "辛巳"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chart {
    Good,
    /// The day pillar of another day.
    Wrong,
    /// A broken gateway.
    Broken,
    /// 200 with an error code.
    NoQuota,
}

#[derive(Clone)]
pub(crate) struct Yuanfenju {
    url: Arc<str>,
    stage: Stage,
    desk: Arc<Mutex<Desk>>,
}

struct Desk {
    play: Chart,
    calls: usize,
}

impl Yuanfenju {
    pub(super) async fn open(stage: Stage) -> Self {
        let mut yuanfenju = Self {
            url: "".into(),
            stage,
            desk: Arc::new(Mutex::new(Desk { play: Chart::Good, calls: 0 })),
        };
        let app = Router::new().route("/index.php/v1/Bazi/paipan", post(chart));
        let base = play(app.with_state(yuanfenju.clone())).await;
        yuanfenju.url = format!("{base}/index.php").into();
        yuanfenju
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn calls(&self) -> usize {
        self.desk.lock().unwrap().calls
    }

    /// How every call goes from now on.
    pub(crate) fn play(&self, chart: Chart) {
        self.desk.lock().unwrap().play = chart;
    }

    fn check(&self, form: &Map<String, Value>) {
        let expected = [
            ("api_key", API_KEY),
            ("sex", "0"),
            ("type", "1"),
            ("year", "1992"),
            ("month", "10"),
            ("day", "21"),
            ("hours", "9"),
            ("minute", "40"),
        ];
        for (field, value) in expected {
            let given = form.get(field).and_then(Value::as_str).unwrap_or_default();
            let plain = given.trim_start_matches('0');
            if given != value && plain != value {
                self.stage.complain(format!("Yuanfenju: `{field}` is `{given}`, not `{value}`"));
            }
        }
        let name = form.get("name").and_then(Value::as_str).unwrap_or_default();
        if name.is_empty() || name.contains(BUYER_NAME) {
            self.stage
                .complain(format!("Yuanfenju: the name must be a neutral word, not `{name}`"));
        }
    }
}

async fn chart(
    State(yuanfenju): State<Yuanfenju>,
    Form(form): Form<Map<String, Value>>,
) -> Response {
    yuanfenju.check(&form);
    let play = {
        let mut desk = yuanfenju.desk.lock().unwrap();
        desk.calls += 1;
        desk.play
    };
    yuanfenju.stage.ring();
    match play {
        Chart::Good => Json(paipan(PILLARS)).into_response(),
        Chart::Wrong => Json(paipan(["壬申", "庚戌", "辛未", "癸巳"])).into_response(),
        Chart::Broken => (StatusCode::BAD_GATEWAY, "<html>502</html>").into_response(),
        Chart::NoQuota => {
            let body = json!({ "errcode": 10_007, "errmsg": "账户剩余次数不足", "data": [] });
            Json(body).into_response()
        }
    }
}

fn paipan(pillars: [&str; 4]) -> Value {
    let stem = |pillar: &str| pillar.chars().next().unwrap().to_string();
    let branch = |pillar: &str| pillar.chars().last().unwrap().to_string();
    let four = |values: [&str; 4]| {
        let [year, month, day, hour] = values;
        json!({ "year": year, "month": month, "day": day, "hour": hour })
    };
    let of_each = |pick: &dyn Fn(&str) -> Value| {
        let [year, month, day, hour] = pillars;
        json!({ "year": pick(year), "month": pick(month), "day": pick(day), "hour": pick(hour) })
    };
    json!({ "errcode": 0, "errmsg": "请求成功", "notice": "仅供娱乐", "data": {
        "base_info": { "sex": "乾造", "name": "某人", "gongli": "1992年10月21日9时40分",
            "nongli": "壬申年 九月 廿六日 巳时", "qiyun": "5年8月11天起运",
            "jiaoyun": "1998年6月3日19时44分2秒", "zhengge": "偏印格" },
        "bazi_info": { "kw": "戌亥", "tg_cg_god": ["食神", "比肩", "日元", "劫财"], "bazi": pillars,
            "dz_cg": ["庚|壬|戊", "戊|辛|丁", "丁|己", "丙|庚|戊"],
            "dz_cg_god": ["比肩|食神|偏印", "偏印|劫财|正官", "正官|正印", "七杀|比肩|偏印"],
            "day_cs": ["临官", "衰", "沐浴", "长生"],
            "na_yin": ["剑锋金", "钗钏金", "路旁土", "白蜡金"] },
        "dayun_info": luck(),
        "start_info": { "jishen": ["", "", "", ""], "xz": "天秤座", "sx": "猴" },
        "detail_info": {
            "zhuxing": four(["食神", "比肩", "日元", "劫财"]),
            "sizhu": of_each(&|pillar| json!({ "tg": stem(pillar), "dz": branch(pillar) })),
            "canggan": { "year": ["庚", "壬", "戊"], "month": ["戊", "辛", "丁"],
                "day": ["丁", "己"], "hour": ["丙", "庚", "戊"] },
            "fuxing": { "year": ["比肩", "食神", "偏印"], "month": ["偏印", "劫财", "正官"],
                "day": ["正官", "正印"], "hour": ["七杀", "比肩", "偏印"] },
            "xingyun": four(["临官", "衰", "沐浴", "长生"]),
            "zizuo": four(["长生", "衰", "沐浴", "死"]),
            "kongwang": four(["戌亥", "寅卯", "戌亥", "申酉"]),
            "nayin": four(["剑锋金", "钗钏金", "路旁土", "白蜡金"]),
            "shensha": four(["", "", "", ""]), "dayunshensha": [] } } })
}

/// Twelve 大运, forward from 庚戌, and the years in them.
fn luck() -> Value {
    let first = (0..60).find(|index| cycle(*index) == "辛亥").unwrap();
    let gods = [
        "劫财", "食神", "伤官", "偏财", "正财", "七杀", "正官", "偏印", "正印", "比肩", "劫财",
        "食神",
    ];
    let starts: Vec<i64> = (0..12).map(|step| 1998 + 10 * step).collect();
    let mut luck = json!({
        "big_god": gods, "big": (0..12).map(|step| cycle(first + step)).collect::<Vec<_>>(),
        "big_cs": ["病", "死", "墓", "绝", "胎", "养", "长生", "沐浴", "冠带", "临官", "帝旺", "衰"],
        "xu_sui": starts.iter().map(|year| year - 1991).collect::<Vec<_>>(),
        "big_start_year": starts, "big_start_year_liu_nian": "",
        "big_end_year": starts.iter().map(|year| year + 9).collect::<Vec<_>>(),
    });
    for year in 0..10 {
        let chars = starts.iter().map(|start| {
            let since_1984 = usize::try_from(start + year - 1984).unwrap();
            json!({ "year_char": cycle(since_1984) })
        });
        luck[format!("years_info{year}")] = chars.collect();
    }
    luck
}

/// The pillar at a place of the sixty, 甲子 being 0 (and the year 1984).
fn cycle(index: usize) -> String {
    let at = |signs: &str, place: usize| signs.chars().nth(place).unwrap();
    [at("甲乙丙丁戊己庚辛壬癸", index % 10), at("子丑寅卯辰巳午未申酉戌亥", index % 12)]
        .iter()
        .collect()
}
