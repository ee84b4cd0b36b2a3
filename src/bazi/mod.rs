//! BaZi charts: four pillars, 大运 and 流年 of a birth.
//!
//! [`BirthInput`] is what a buyer states; [`BirthInput::normalise`] checks it and takes it to the
//! [`BirthMoment`] that is reckoned with; [`chart()`] makes the [`Chart`]. All of it is pure: no
//! clock, no network, no panic. An outside service may make the chart instead ([`ports`]); then
//! [`cross_check()`] compares it with ours.
//! [`facts`] is what may be said of a chart, ready for whoever writes or draws.
//!
//! Stems, branches and everything counted from them are our own arithmetic. The sky, that is the
//! instants of the solar terms and the lunar months, is `tyme4rs`, pinned to 1.4.3: 1.5.0 shifts
//! eleven lunar months of 1900–1960 by a day, among them the Spring Festival of 1954.
//! `tests/bazi_oracle.rs` compares thousands of charts with an independent library.

pub mod adapters;
mod almanac;
mod between;
mod birth;
mod calendar;
mod chart;
mod cross_check;
mod elements;
mod error;
pub mod facts;
mod gods;
mod luck;
mod naming;
mod notes;
mod parse;
mod pillars;
pub mod places;
pub mod ports;
mod sexagenary;
mod solar_time;
mod support;
#[cfg(test)]
mod test_births;
mod zone;

pub use almanac::{SolarTerm, TermInstant};
pub use between::{Between, Bond, Meeting, Tie};
pub use birth::{
    BirthInput, BirthMoment, BirthTime, FIRST_YEAR, LAST_YEAR, Place, Sect, Sex, SummerTime,
    TermReckoning,
};
pub use calendar::{
    CalendarDate, LunarDate, day_name, leap_month, lunar_month_days, month_name, solar_month_days,
};
pub use chart::{
    CHART_VERSION, Chart, ChartSource, DayMaster, Extras, TermContext, chart, pillars_and_luck,
};
pub use cross_check::{Check, Difference, Disagreement, Point, cross_check};
pub use elements::{ElementBalance, PerElement, Preferences, Strength, YinYang};
pub use error::BirthError;
pub use gods::{LifeStage, TenGod};
pub use luck::{DECADES, Decade, Direction, FlowYear, Luck, StartOffset};
pub use notes::Note;
pub use parse::{parse_date, parse_time};
pub use pillars::{DerivedPillars, FourPillars, HiddenStem, PillarReading, PillarReadings};
pub use sexagenary::{Branch, Element, Nayin, NotAPillar, Pillar, Polarity, Stem, Zodiac};
pub use support::FULL as FULL_SUPPORT;
pub use zone::{Zone, summer_time};
