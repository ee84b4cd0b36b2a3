//! The body of `paipan` (§4.1), in the shapes of real answers: joined texts, fixed keys, twelve
//! decades.

use serde_json::{Map, Value, json};
use tyme4rs::tyme::Culture;
use tyme4rs::tyme::sixtycycle::{EarthBranch, HeavenStem, HideHeavenStem, SixtyCycle};

use super::chart::Chart;

const PILLARS: [&str; 4] = ["year", "month", "day", "hour"];

pub(super) fn paipan(name: &str, chart: &Chart) -> Value {
    let [_, _, day, _] = &chart.pillars;
    let master = day.get_heaven_stem();
    json!({
        "base_info": base_info(name, chart, &master),
        "bazi_info": bazi_info(chart, &master),
        "dayun_info": dayun_info(chart, &master),
        "start_info": start_info(chart),
        "detail_info": detail_info(chart, &master),
    })
}

fn base_info(name: &str, chart: &Chart, master: &HeavenStem) -> Value {
    let [_, month, _, _] = &chart.pillars;
    let (birth, begins) = (chart.birth, chart.luck_begins);
    let hour = birth.get_lunar_hour();
    let lunar = birth.get_solar_day().get_lunar_day();
    let lunar_month = lunar.get_lunar_month();
    let days = chart.interval_seconds / 720;
    let pattern = hidden(month).first().map(|stem| god(master, stem)).unwrap_or_default();
    json!({
        "sex": if chart.male { "乾造" } else { "坤造" },
        "name": name,
        "gongli": format!("{}年{}月{}日{}时{}分", birth.get_year(), birth.get_month(),
            birth.get_day(), birth.get_hour(), birth.get_minute()),
        "nongli": format!("{}年 {} {}日 {}时", lunar_month.get_lunar_year().get_sixty_cycle(),
            lunar_month.get_name(), lunar.get_name(), hour.get_sixty_cycle().get_earth_branch()),
        "qiyun": format!("{}年{}月{}天起运", days / 360, days % 360 / 30, days % 30),
        "jiaoyun": format!("{}年{}月{}日{}时{}分{}秒", begins.get_year(), begins.get_month(),
            begins.get_day(), begins.get_hour(), begins.get_minute(), begins.get_second()),
        "zhengge": format!("{pattern}格"),
    })
}

fn bazi_info(chart: &Chart, master: &HeavenStem) -> Value {
    let [_, _, day, _] = &chart.pillars;
    let joined = |texts: Vec<String>| texts.join("|");
    json!({
        "kw": void(day),
        "tg_cg_god": texts(chart, |place, pillar| stem_god(master, place, pillar)),
        "bazi": texts(chart, |_, pillar| pillar.get_name()),
        "dz_cg": texts(chart, |_, pillar| joined(names(&hidden(pillar)))),
        "dz_cg_god": texts(chart, |_, pillar| joined(gods(master, &hidden(pillar)))),
        "day_cs": texts(chart, |_, pillar| stage(master, pillar)),
        "na_yin": texts(chart, |_, pillar| pillar.get_sound().get_name()),
    })
}

fn dayun_info(chart: &Chart, master: &HeavenStem) -> Value {
    let decades = || chart.decades.iter();
    let first = chart.luck_begins.get_year();
    let starts = || (0_isize..).zip(decades()).map(|(number, _)| first + number * 10);
    let age = |year: isize| year - chart.birth.get_year() + 1;
    let mut info = json!({
        "big_god": decades().map(|it| god(master, &it.get_heaven_stem())).collect::<Vec<_>>(),
        "big": decades().map(Culture::get_name).collect::<Vec<_>>(),
        "big_cs": decades().map(|it| stage(master, it)).collect::<Vec<_>>(),
        "xu_sui": starts().map(age).collect::<Vec<_>>(),
        "big_start_year": starts().collect::<Vec<_>>(),
        "big_start_year_liu_nian": "",
        "big_end_year": starts().map(|year| year + 9).collect::<Vec<_>>(),
    });
    for number in 0..10 {
        let year = |start: isize| json!({"year_char": SixtyCycle::from_index(start + number - 4).get_name()});
        let years: Vec<Value> = starts().map(year).collect();
        if let Some(info) = info.as_object_mut() {
            info.insert(format!("years_info{number}"), years.into());
        }
    }
    info
}

fn start_info(chart: &Chart) -> Value {
    let [year, ..] = &chart.pillars;
    let sign = chart.birth.get_solar_day().get_constellation().get_name();
    json!({
        "jishen": texts(chart, |_, pillar| stars(chart, pillar)),
        "xz": format!("{sign}座"),
        "sx": year.get_earth_branch().get_zodiac().get_name(),
    })
}

fn detail_info(chart: &Chart, master: &HeavenStem) -> Value {
    let star_list =
        |decade: &SixtyCycle| json!({"tgdz": decade.get_name(), "shensha": stars(chart, decade)});
    json!({
        "zhuxing": keyed(chart, |place, pillar| stem_god(master, place, pillar).into()),
        "sizhu": keyed(chart, |_, pillar| json!({"tg": pillar.get_heaven_stem().get_name(),
            "dz": pillar.get_earth_branch().get_name()})),
        "canggan": keyed(chart, |_, pillar| names(&hidden(pillar)).into()),
        "fuxing": keyed(chart, |_, pillar| gods(master, &hidden(pillar)).into()),
        "xingyun": keyed(chart, |_, pillar| stage(master, pillar).into()),
        "zizuo": keyed(chart, |_, pillar| stage(&pillar.get_heaven_stem(), pillar).into()),
        "kongwang": keyed(chart, |_, pillar| void(pillar).into()),
        "nayin": keyed(chart, |_, pillar| pillar.get_sound().get_name().into()),
        "shensha": keyed(chart, |_, pillar| stars(chart, pillar).into()),
        "dayunshensha": chart.decades.iter().map(star_list).collect::<Vec<_>>(),
    })
}

/// One text for each pillar.
fn texts(chart: &Chart, text: impl Fn(&str, &SixtyCycle) -> String) -> Vec<String> {
    PILLARS.iter().zip(&chart.pillars).map(|(place, pillar)| text(place, pillar)).collect()
}

/// One value for each pillar, by the pillar's name.
fn keyed(chart: &Chart, value: impl Fn(&str, &SixtyCycle) -> Value) -> Value {
    let pairs = PILLARS.iter().zip(&chart.pillars);
    let pairs = pairs.map(|(place, pillar)| ((*place).to_owned(), value(place, pillar)));
    Value::Object(pairs.collect::<Map<_, _>>())
}

fn hidden(pillar: &SixtyCycle) -> Vec<HeavenStem> {
    let stems = pillar.get_earth_branch().get_hide_heaven_stems();
    stems.iter().map(HideHeavenStem::get_heaven_stem).collect()
}

fn names(stems: &[HeavenStem]) -> Vec<String> {
    stems.iter().map(Culture::get_name).collect()
}

fn gods(master: &HeavenStem, stems: &[HeavenStem]) -> Vec<String> {
    stems.iter().map(|stem| god(master, stem)).collect()
}

fn god(master: &HeavenStem, stem: &HeavenStem) -> String {
    master.get_ten_star(stem.clone()).get_name()
}

fn stem_god(master: &HeavenStem, place: &str, pillar: &SixtyCycle) -> String {
    if place == "day" { "日元".to_owned() } else { god(master, &pillar.get_heaven_stem()) }
}

fn stage(stem: &HeavenStem, pillar: &SixtyCycle) -> String {
    stem.get_terrain(pillar.get_earth_branch()).get_name()
}

fn void(pillar: &SixtyCycle) -> String {
    pillar.get_extra_earth_branches().iter().map(Culture::get_name).collect()
}

/// Three of the 神煞, by the day's branch: the peach blossom, the post horse and the canopy.
fn stars(chart: &Chart, pillar: &SixtyCycle) -> String {
    let [_, _, day, _] = &chart.pillars;
    let branch = |pillar: &SixtyCycle| -> EarthBranch { pillar.get_earth_branch() };
    let (blossom, horse, canopy) = match branch(day).get_index() % 4 {
        0 => ("酉", "寅", "辰"),
        1 => ("午", "亥", "丑"),
        2 => ("卯", "申", "戌"),
        _ => ("子", "巳", "未"),
    };
    let name = branch(pillar).get_name();
    let stars = [(blossom, "桃花"), (horse, "驿马"), (canopy, "华盖")];
    let stars = stars.iter().filter(|(where_, _)| *where_ == name).map(|(_, star)| *star);
    stars.collect::<Vec<_>>().join(" ")
}
