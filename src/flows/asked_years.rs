//! The years that the facts of a chart describe, from what product and buyer want. A 大运 is known only
//! with the chart, so this is where catalogue and chart meet.

use crate::bazi::Chart;
use crate::bazi::facts::Asked;
use crate::catalog::ProductSnapshot;
use crate::catalog::answers::FormAnswers;
use crate::catalog::span::Span;

/// What a report on `chart` is to look at, in the year `this_year`.
pub fn of(
    (product, answers): (&ProductSnapshot, &FormAnswers),
    chart: &Chart,
    this_year: i32,
) -> Asked {
    let span = |first, last| Asked { this_year, first, last, months: false };
    match product.span(answers) {
        Span::Year(year) => Asked { months: true, ..span(year, year) },
        Span::Ahead(years) => {
            span(this_year, this_year.saturating_add(i32::try_from(years).unwrap_or_default()))
        }
        Span::Decade(choice) => {
            let decades = &chart.luck.decades;
            let rules =
                |it: &crate::bazi::Decade| (it.start_year..=it.end_year).contains(&this_year);
            // Who is older than the last one lives on in it.
            let past = decades.last().filter(|last| last.end_year < this_year);
            let last = past.map(|_old| decades.len().saturating_sub(1));
            let place = choice.place(decades.iter().position(rules).or(last), decades.len());
            match decades.get(place) {
                Some(decade) => span(decade.start_year, decade.end_year),
                None => span(this_year, this_year),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bazi::{BirthInput, BirthTime, CalendarDate, Sect, Sex, SummerTime};
    use crate::catalog::Catalog;
    use crate::catalog::answers::Answer;
    use crate::kernel::ids::Sku;
    use crate::platform::assets::Assets;

    fn asked(sku: &str, field: &str, answer: Answer) -> Asked {
        let catalog = Catalog::load(&Assets::embedded()).unwrap();
        let product = catalog.find(&Sku::from(sku)).unwrap().snapshot();
        let birth = BirthInput {
            sex: Sex::Female,
            sect: Sect::default(),
            date: CalendarDate::Solar { year: 1990, month: 5, day: 20 },
            time: BirthTime::Exact { hour: 7, minute: 15 },
            place: None,
            summer_time: SummerTime::NotIncluded,
        };
        let chart = crate::bazi::chart(&birth.normalise().unwrap(), 2026).unwrap();
        let mut answers = FormAnswers::default();
        answers.set(field, answer);
        of((&product, &answers), &chart, 2026)
    }

    #[test]
    fn a_year_a_decade_or_the_coming_years_are_asked_for() {
        let year = asked("year-luck", "year", Answer::Number(2030));
        assert_eq!((year.first, year.last, year.months), (2030, 2030, true));
        let ahead = asked("bazi-full", "question", Answer::Skipped);
        assert_eq!((ahead.first, ahead.last, ahead.months), (2026, 2029, false));
        let now = asked("decade-luck", "decade", Answer::Choice("current".to_owned()));
        assert!(now.first <= 2026 && 2026 <= now.last && !now.months, "{now:?}");
        assert_eq!(now.last - now.first, 9);
        let next = asked("decade-luck", "decade", Answer::Choice("next".to_owned()));
        assert_eq!(next.first, now.last + 1);
        assert_eq!(asked("decade-luck", "decade", Answer::Skipped), now);
    }
}
