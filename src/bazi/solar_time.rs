//! True solar time: what a sundial at the birth place showed (reference/bazi-local.md §6).

use std::f64::consts::TAU;

use chrono::{NaiveDateTime, TimeDelta};

/// Apparent solar time at a longitude (degrees, east positive) for an instant of UT, to the second.
pub(super) fn apparent(universal: NaiveDateTime, longitude: f64) -> NaiveDateTime {
    let seconds = (longitude * 240.0 + equation_of_time(universal)).round();
    // 180 degrees are 12 hours and the equation never exceeds 17 minutes.
    #[expect(clippy::cast_possible_truncation, reason = "bounded by a day and already rounded")]
    let shift = TimeDelta::seconds(seconds.clamp(-86_400.0, 86_400.0) as i64);
    universal.checked_add_signed(shift).unwrap_or(universal)
}

/// Apparent minus mean solar time in seconds, by the low-precision series of Meeus (Astronomical
/// Algorithms, ch. 25 and 28); within 4 s of the JPL ephemeris for 1900 to 2050.
fn equation_of_time(universal: NaiveDateTime) -> f64 {
    let t = centuries_since_2000(universal);
    let mean_longitude = degrees(280.466_46 + t * (36_000.769_83 + t * 0.000_303_2));
    let anomaly = degrees(357.529_11 + t * (35_999.050_29 - t * 0.000_153_7));
    let eccentricity = 0.016_708_634 - t * (0.000_042_037 + t * 0.000_000_126_7);
    let node = degrees(125.04 - 1934.136 * t);
    let obliquity = degrees(
        23.439_291_1 - t * (0.013_004_167 + t * (0.000_000_164 - t * 0.000_000_504))
            + 0.002_56 * node.cos(),
    );
    let y = (obliquity / 2.0).tan().powi(2);
    let radians = y * (2.0 * mean_longitude).sin() - 2.0 * eccentricity * anomaly.sin()
        + 4.0 * eccentricity * y * anomaly.sin() * (2.0 * mean_longitude).cos()
        - 0.5 * y * y * (4.0 * mean_longitude).sin()
        - 1.25 * eccentricity * eccentricity * (2.0 * anomaly).sin();
    radians / TAU * 86_400.0
}

fn degrees(value: f64) -> f64 {
    value.rem_euclid(360.0).to_radians()
}

fn centuries_since_2000(universal: NaiveDateTime) -> f64 {
    let seconds = universal.and_utc().timestamp() - 946_728_000;
    #[expect(clippy::cast_precision_loss, reason = "a few thousand million seconds fit exactly")]
    let seconds = seconds as f64;
    seconds / 86_400.0 / 36_525.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ut(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    #[test]
    fn the_equation_of_time_has_its_four_known_turning_points() {
        // Published minima and maxima of the equation of time, in minutes.
        let minutes = |text| equation_of_time(ut(text)) / 60.0;
        assert!((minutes("2024-02-11 12:00") + 14.2).abs() < 0.1);
        assert!((minutes("2024-05-14 12:00") - 3.65).abs() < 0.1);
        assert!((minutes("2024-07-26 12:00") + 6.55).abs() < 0.1);
        assert!((minutes("2024-11-03 12:00") - 16.45).abs() < 0.1);
        assert!(minutes("2024-04-15 12:00").abs() < 0.3);
    }

    /// What the tables of sundial makers print: clock minus sun, in minutes and seconds, for noon of
    /// Greenwich on a day of an ordinary year. They are means over the years of a leap cycle.
    #[test]
    fn twenty_days_of_the_printed_table_agree_within_a_minute() {
        const TABLE: [(&str, i64); 20] = [
            ("2023-01-01", 3 * 60 + 12),
            ("2023-01-15", 9 * 60 + 10),
            ("2023-02-01", 13 * 60 + 33),
            ("2023-02-11", 14 * 60 + 14),
            ("2023-03-01", 12 * 60 + 29),
            ("2023-03-15", 9 * 60 + 5),
            ("2023-04-01", 4 * 60 + 2),
            ("2023-04-15", 11),
            ("2023-05-01", -(2 * 60 + 51)),
            ("2023-05-14", -(3 * 60 + 41)),
            ("2023-06-01", -(2 * 60 + 15)),
            ("2023-06-13", 0),
            ("2023-07-01", 3 * 60 + 47),
            ("2023-07-26", 6 * 60 + 31),
            ("2023-08-15", 4 * 60 + 31),
            ("2023-09-01", 7),
            ("2023-10-01", -(10 * 60 + 10)),
            ("2023-11-03", -(16 * 60 + 25)),
            ("2023-12-01", -(11 * 60 + 4)),
            ("2023-12-25", 0),
        ];
        for (day, printed) in TABLE {
            let noon = ut(&format!("{day} 12:00"));
            let behind = (noon - apparent(noon, 0.0)).num_seconds();
            assert!((behind - printed).abs() < 60, "{day}: {behind} s, printed {printed} s");
        }
    }

    #[test]
    fn noon_in_beijing_on_the_eighth_of_january_is_early() {
        // 12:20 by the clock of UTC+8 is 20.7 minutes earlier by the sun (§6).
        let apparent = apparent(ut("1988-01-08 04:20"), 116.4);
        let early = ut("1988-01-08 12:20") - apparent;
        assert!((1_230..=1_254).contains(&early.num_seconds()), "{early}");
    }

    #[test]
    fn the_sun_may_be_in_another_day() {
        assert_eq!(apparent(ut("2000-03-01 00:10"), -150.0).date(), ut("2000-02-29 00:00").date());
    }
}
