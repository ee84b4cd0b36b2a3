//! What the buyers come for: every product, and every way of telling a birth, each once in each language.
//!
//! The dates, hours and places differ from errand to errand so that everything a form can ask is asked:
//! summer time, leap months, the night hour, homonymous places, places abroad.

use super::buyer::Reply::{self, Named, Tap, Type};
use super::buyer::Rule;
use super::tongue::{Three, Tongue};

/// One purchase: of what, what is answered to what, and the button below the check card.
pub(crate) struct Errand {
    /// Of its transcript.
    pub(crate) name: &'static str,
    pub(crate) sku: &'static str,
    pub(crate) rules: Vec<Rule>,
    pub(crate) confirm: &'static str,
}

pub(crate) const PAY: &str = "btn-check-ok";
pub(crate) const PAY_IN_STARS: &str = "btn-check-ok-stars";
pub(crate) const FREE: &str = "btn-check-ok-free";

const AGREE: Rule = ("privacy-notice", Tap("btn-privacy-agree"));
const WOMAN: Rule = ("gender-ask", Tap("btn-gender-female"));
const MAN: Rule = ("gender-ask", Tap("btn-gender-male"));
const SOLAR: Rule = ("birth-calendar-ask", Tap("btn-calendar-solar"));
const LUNAR: Rule = ("birth-calendar-ask", Tap("btn-calendar-lunar"));
const EXACTLY: Rule = ("birth-hour-ask", Tap("btn-hour-exact"));
const NO_PLACE: Rule = ("birth-place-ask", Tap("btn-place-skip"));
const NO_QUESTION: Rule = ("form-typed-hint", Tap("btn-skip"));

impl Tongue {
    fn types(&self, three: Three) -> Reply {
        Type(self.of(three).to_owned())
    }

    fn names(&self, three: Three) -> Reply {
        Named(self.of(three).to_owned())
    }
}

/// Grids from the decade to the day, a double hour, a city that is searched, a question.
pub(crate) fn whole_chart(t: &Tongue) -> Errand {
    let question = t.types([
        "该不该从制造业换到设计行业？",
        "該不該從製造業轉到設計業？",
        "Should I move from manufacturing to design?",
    ]);
    let rules = vec![
        AGREE,
        WOMAN,
        SOLAR,
        ("birth-decade-ask", Named("1990".to_owned())),
        ("birth-year-ask", Named("1992".to_owned())),
        ("birth-month-ask", t.names(["10 月", "10 月", "Oct"])),
        ("birth-day-ask", Named("21".to_owned())),
        ("birth-hour-ask", t.names(["巳时", "巳時", "Si 巳"])),
        ("birth-place-ask", t.types(["成都", "成都", "Chengdu"])),
        ("birth-place-results", t.names(["成都市", "成都市", "Chengdu"])),
        ("form-typed-hint", question),
    ];
    Errand { name: "1-bazi-full", sku: "bazi-full", rules, confirm: PAY }
}

/// A typed date in summer time, an exact time, a number and a choice; the birth is kept.
pub(crate) fn year(t: &Tongue) -> Errand {
    let rules = vec![
        AGREE,
        WOMAN,
        SOLAR,
        ("birth-decade-ask", t.types(["1990-05-20", "1990年5月20日", "20 May 1990"])),
        EXACTLY,
        ("birth-time-ask", Type("07:15".to_owned())),
        ("birth-dst-ask", Tap("btn-dst-clock")),
        ("birth-place-ask", t.types(["gz", "廣州", "Guangzhou"])),
        ("birth-place-results", t.names(["广州市", "廣州市", "Guangzhou"])),
        ("form-number-hint", Type("2027".to_owned())),
        ("form-choice-hint", t.names(["事业", "事業", "Work"])),
    ];
    Errand { name: "2-year-luck", sku: "year-luck", rules, confirm: PAY }
}

/// Everything about the birth in one line of words.
pub(crate) fn decade(t: &Tongue) -> Errand {
    let all = t.types([
        "1987年11月3日下午三点半 广州 男",
        "1987年11月3日下午三點半 臺北 男",
        "3 November 1987 15:30 London male",
    ]);
    let rules = vec![
        AGREE,
        MAN,
        ("birth-calendar-ask", all),
        ("birth-place-results", t.names(["广州市", "台北", "London"])),
        ("form-choice-hint", t.names(["下一步", "下一步", "The next one"])),
        NO_QUESTION,
    ];
    Errand { name: "3-decade-luck", sku: "decade-luck", rules, confirm: PAY }
}

/// Grids of the Chinese calendar with a leap month, the hour unknown, no place.
pub(crate) fn career(t: &Tongue) -> Errand {
    let question = t.types([
        "适合带团队还是做专家？",
        "適合帶團隊還是當專家？",
        "Lead a team, or specialise?",
    ]);
    let rules = vec![
        AGREE,
        MAN,
        LUNAR,
        ("birth-decade-ask", Named("1990".to_owned())),
        ("birth-year-ask-lunar", Named("1990".to_owned())),
        ("birth-month-ask-lunar", t.names(["闰五月", "閏五月", "leap month 5"])),
        ("birth-day-ask-lunar", t.names(["廿六", "廿六", "26"])),
        ("birth-hour-ask", Tap("btn-hour-unknown")),
        ("birth-hour-unknown-ask", Tap("btn-hour-unknown-go")),
        NO_PLACE,
        ("form-choice-hint", t.names(["在找工作", "在找工作", "Looking for work"])),
        ("form-typed-hint", question),
    ];
    Errand { name: "4-career-wealth", sku: "career-wealth", rules, confirm: PAY }
}

/// Two people: a birth that was kept, and a typed one whose hour nobody knows.
pub(crate) fn pair(t: &Tongue) -> Errand {
    let own = t.of(["先说你自己", "先說你自己", "You first: what"]);
    let theirs = t.of(["再说 TA", "再說 TA", "Now the other person"]);
    let stage = t.of(["走到哪一步", "走到哪一步", "Where do you two stand"]);
    let rules = vec![
        (own, Tap("btn-profile-use")),
        (theirs, Tap("btn-gender-male")),
        ("birth-calendar-ask", t.types(["1988年4月25日", "1988/4/25", "April 25, 1988"])),
        ("birth-hour-ask", t.types(["不知道", "不知道", "unknown"])),
        ("birth-hour-unknown-ask", Tap("btn-hour-unknown-go")),
        NO_PLACE,
        (stage, t.names(["打算结婚", "打算結婚", "Thinking of marriage"])),
        NO_QUESTION,
    ];
    Errand { name: "5-match", sku: "match", rules, confirm: PAY }
}

/// A typed date of the Chinese calendar, after a day that does not exist; the night hour; a place abroad.
pub(crate) fn child(t: &Tongue) -> Errand {
    let own = t.of(["男孩还是女孩", "男孩還是女孩", "a boy or a girl"]);
    let question = t.types([
        "写作业总是磨蹭怎么办？",
        "寫作業總是拖拖拉拉怎麼辦？",
        "Why does homework take forever?",
    ]);
    let rules = vec![
        AGREE,
        (own, Tap("btn-gender-female")),
        (
            "birth-date-february",
            t.types(["农历2015年十月初八", "農曆2015年十月初八", "lunar 2015-10-08"]),
        ),
        ("birth-calendar-ask", t.types(["2015年2月30日", "2015-02-30", "30 Feb 2015"])),
        ("birth-time-unreadable", Type("23:30".to_owned())),
        ("birth-hour-ask", t.types(["半夜睡着以后", "半夜睡著以後", "in the dead of night"])),
        ("birth-place-none", t.types(["纽约", "紐約", "new york"])),
        ("birth-place-ask", t.types(["不存在的地方", "不存在的地方", "Nowhereville"])),
        ("birth-place-results", t.names(["纽约", "紐約", "New York"])),
        ("birth-sect-ask", Tap("btn-sect-next-day")),
        ("form-typed-hint", question),
    ];
    Errand { name: "6-raising-child", sku: "raising-child", rules, confirm: PAY }
}

/// A question alone.
pub(crate) fn sign(t: &Tongue) -> Errand {
    let question = t.types(["下周的面试", "下週的面試", "The interview next week"]);
    let rules = vec![AGREE, ("form-typed-hint", question)];
    Errand { name: "7-daily-sign", sku: "daily-sign", rules, confirm: FREE }
}

/// The birthday that the Telegram profile shows, the night hour by its button, no place.
pub(crate) fn glance(_t: &Tongue) -> Errand {
    let rules = vec![
        AGREE,
        MAN,
        ("birth-calendar-ask", Tap("btn-birthday")),
        ("birth-hour-ask", Named("23–1".to_owned())),
        ("birth-zi-ask", Tap("btn-zi-early")),
        NO_PLACE,
        NO_QUESTION,
    ];
    Errand { name: "8-chart-glance", sku: "chart-glance", rules, confirm: FREE }
}

/// The same year once more, from the kept birth, for Stars.
pub(crate) fn year_in_stars(t: &Tongue) -> Errand {
    let rules = vec![
        ("gender-ask", Tap("btn-profile-use")),
        ("form-number-hint", Type("2028".to_owned())),
        ("form-choice-hint", t.names(["感情", "感情", "Love"])),
    ];
    Errand { name: "9-stars", sku: "year-luck", rules, confirm: PAY_IN_STARS }
}
