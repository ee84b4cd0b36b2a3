//! The client of the chart service against the played service, over real HTTP: the service reckons
//! with the almanac library, we with our own engine, and both have to agree.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;
use std::time::Duration;

use mingshu::bazi::adapters::yuanfenju::{Yuanfenju, YuanfenjuConfig};
use mingshu::bazi::ports::{ChartError, ChartService};
use mingshu::bazi::{
    BirthInput, BirthMoment, BirthTime, Point, Sect, Sex, SummerTime, chart, cross_check,
    parse_date,
};
use mingshu::sandbox::faults::{Fault, Faults};
use mingshu::sandbox::yuanfenju;

async fn played(faults: &Arc<Faults>) -> YuanfenjuConfig {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = yuanfenju::router(Arc::clone(faults));
    tokio::spawn(async move { axum::serve(listener, router).await });
    YuanfenjuConfig::new(format!("http://{address}/index.php"), "a".repeat(25).into())
}

fn birth(date: &str, hour: u32, sex: Sex, sect: Sect) -> BirthMoment {
    let input = BirthInput {
        sex,
        sect,
        date: parse_date(date).unwrap(),
        time: BirthTime::Exact { hour, minute: 30 },
        place: None,
        summer_time: SummerTime::NotIncluded,
    };
    input.normalise().unwrap()
}

#[tokio::test]
async fn both_almanacs_agree_on_both_sexes_and_both_schools() {
    let service = Yuanfenju::try_new(played(&Arc::default()).await).unwrap();
    for year in (1900..2100).step_by(13) {
        for (sex, sect) in [(Sex::Male, Sect::LateZiNextDay), (Sex::Female, Sect::LateZiSameDay)] {
            let birth = birth(&format!("{year}-02-03"), 23, sex, sect);
            let theirs = service.chart(&birth, 2026).await.unwrap();
            assert_eq!(cross_check(&chart(&birth, 2026).unwrap(), &theirs), Ok(()), "{year}");
            assert!(theirs.extras.unwrap().pattern.unwrap().ends_with('格'));
        }
    }
}

#[tokio::test]
async fn each_misfortune_is_told_apart() {
    let faults = Arc::new(Faults::default());
    let mut config = played(&faults).await;
    config.limits.total = Some(Duration::from_millis(300));
    let service = Yuanfenju::try_new(config).unwrap();
    let birth = birth("1990-05-20", 7, Sex::Female, Sect::default());
    for fault in [Fault::BaziTimeout, Fault::BaziServerError] {
        faults.set(fault, 1);
        let error = service.chart(&birth, 2026).await.unwrap_err();
        assert!(matches!(error, ChartError::Unreachable(_)), "{error}");
    }
    faults.set(Fault::BaziWrongPillars, 1);
    let theirs = service.chart(&birth, 2026).await.unwrap();
    let found = cross_check(&chart(&birth, 2026).unwrap(), &theirs).unwrap_err();
    assert_eq!(found.point, Point::Pillars);
    assert!(service.chart(&birth, 2026).await.is_ok());
}
