//! The whole table of postings, and what holds whatever happens.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::prelude::*;

use super::rules::{Back, Charge, Means};
use super::*;
use crate::kernel::money::Currency;

fn cny(minor: i64) -> Money {
    Money::new(minor, Currency::CNY)
}

fn charge(number: &str) -> Charge {
    Charge {
        provider: "pingpong".into(),
        payment_no: format!("P{number}").into(),
        order_no: "M1".into(),
    }
}

fn refund(amount: i64, standing: Standing) -> Fact {
    let refund = Back { refund_no: "R1".into(), amount: cny(amount), means: Means::Provider };
    Fact::RefundSucceeded { charge: charge("1"), refund, standing }
}

fn doubt(charge_ref: Option<&str>, minor: i64) -> Doubt {
    Doubt { charge_ref: charge_ref.map(str::to_owned), amount: cny(minor) }
}

fn succeeded(proved: Vec<Doubt>) -> Fact {
    Fact::PaymentSucceeded { charge: charge("1"), amount: cny(2990), proved }
}

fn settled(settled: Settled) -> Fact {
    let (charge, doubt) = (charge("1"), doubt(Some("T2"), 700));
    Fact::DoubtSettled { charge, doubt, settled, reference: "BACKEND-1".into() }
}

#[test]
fn what_stands_in_doubt_is_told_apart_by_charge() {
    let moves =
        [doubt(Some("T1"), 100), doubt(Some("T2"), 300), doubt(None, 50), doubt(Some("T1"), -40)];
    let standing = [doubt(Some("T1"), 60), doubt(Some("T2"), 300), doubt(None, 50)];
    assert_eq!(standing_doubts(&moves), standing);
    let unnamed = [&moves[..], &[doubt(None, -350)]].concat();
    assert_eq!(standing_doubts(&unnamed), [doubt(Some("T1"), 60)]);
    assert_eq!(standing_doubts(&[doubt(Some("T1"), 5), doubt(Some("T1"), -5)]), []);
}

#[test]
fn the_whole_table_of_postings() {
    let standing = |owed, revenue, doubt| Standing { owed, revenue, doubt };
    let completed = |owed| Fact::OrderCompleted { charge: charge("1"), total: cny(2990), owed };
    let facts = [
        succeeded(vec![]),
        succeeded(vec![doubt(None, 1), doubt(Some("T1"), 2)]),
        Fact::MoneyInDoubt { charge: charge("1"), doubt: doubt(None, 1) },
        Fact::MoneyInDoubt { charge: charge("1"), doubt: doubt(None, 0) },
        Fact::MoneyInDoubt { charge: charge("1"), doubt: doubt(Some("T2"), 2990) },
        settled(Settled::ReturnedOutside),
        settled(Settled::Kept),
        settled(Settled::WrittenOff),
        completed(2990),
        completed(1990),
        completed(5980),
        completed(0),
        refund(2990, standing(2990, 0, 0)),
        refund(2990, standing(0, 2990, 0)),
        refund(1000, standing(300, 2000, 0)),
        refund(1, standing(0, 0, 1)),
        refund(3000, standing(1000, 1000, 500)),
        Fact::CommissionBooked { order_no: "M1".into(), amount: cny(598) },
        Fact::CommissionTakenBack {
            order_no: "M1".into(),
            refund_no: Some("R1".into()),
            amount: cny(200),
        },
        Fact::CommissionTakenBack { order_no: "M1".into(), refund_no: None, amount: cny(1) },
        Fact::RefundSucceeded {
            charge: charge("1"),
            refund: Back { refund_no: "R2".into(), amount: cny(5), means: Means::ByHand },
            standing: standing(5, 0, 0),
        },
        Fact::Fee { charge: charge("1"), reference: "T1".into(), amount: cny(18) },
    ];
    let mut table = String::new();
    for fact in &facts {
        writeln!(table, "{fact:?}").unwrap();
        for line in postings(fact) {
            writeln!(
                table,
                "  {:<24} {:<10} {} → {}  {}",
                line.key,
                line.kind.as_str(),
                line.debit,
                line.credit,
                line.amount
            )
            .unwrap();
        }
    }
    insta::assert_snapshot!(table);
}

/// The book in memory: what the unique key of the table does.
#[derive(Debug, Clone, Default, PartialEq)]
struct Book(BTreeMap<String, Transfer>);

impl Book {
    fn write(&mut self, fact: &Fact) {
        for line in postings(fact) {
            self.0.entry(line.key.clone()).or_insert(line);
        }
    }

    fn balance(&self, account: &Account, of: Option<&PaymentNo>) -> i64 {
        let of_payment = |line: &&Transfer| of.is_none() || line.about.payment_no.as_ref() == of;
        self.0.values().filter(of_payment).fold(0, |sum, line| {
            let signed = if line.credit == *account {
                line.amount.minor
            } else if line.debit == *account {
                -line.amount.minor
            } else {
                0
            };
            sum + signed
        })
    }

    fn standing(&self, payment: &PaymentNo) -> Standing {
        let of = |account| self.balance(&account, Some(payment));
        Standing {
            owed: of(Account::Owed),
            revenue: of(Account::Revenue),
            doubt: of(Account::Doubt),
        }
    }

    fn sum(&self, kind: TransferKind) -> i64 {
        let lines = self.0.values().filter(|line| line.kind == kind);
        lines.fold(0, |sum, line| sum + line.amount.minor)
    }
}

proptest! {
    /// Any story of three payments for one order, told twice: the second telling changes nothing,
    /// everything that came in is somewhere, and no account owes what it never had.
    #[test]
    fn nothing_is_lost_and_a_replay_changes_nothing(
        deeds in prop::collection::vec((0_usize..6, 0_usize..3, 1_i64..3000), 0..40)
    ) {
        let mut book = Book::default();
        let mut facts: Vec<Fact> = Vec::new();
        for (place, (deed, which, minor)) in deeds.into_iter().enumerate() {
            let charge = charge(&which.to_string());
            let standing = book.standing(&charge.payment_no);
            let room = standing.owed + standing.revenue + standing.doubt;
            // What the states of payments see to: no success twice, no second charge before it.
            let known = book.0.contains_key(&format!("received:{}", charge.payment_no));
            let proved = (standing.doubt > 0).then(|| doubt(None, standing.doubt));
            let proved = proved.into_iter().collect();
            let fact = match deed {
                0 if !known => Fact::PaymentSucceeded { charge, amount: cny(2990), proved },
                1 if !known => Fact::MoneyInDoubt { charge, doubt: doubt(None, minor) },
                2 if known => Fact::MoneyInDoubt {
                    charge,
                    doubt: doubt(Some(&format!("T{place}")), 2990),
                },
                3 => Fact::OrderCompleted { charge, total: cny(2990), owed: standing.owed },
                4 if room > 0 => Fact::RefundSucceeded {
                    charge,
                    refund: Back {
                        refund_no: format!("R{place}").into(),
                        amount: cny(minor.min(room)),
                        means: if minor % 5 == 0 { Means::ByHand } else { Means::Provider },
                    },
                    standing,
                },
                _ => Fact::Fee { charge, reference: format!("T{place}"), amount: cny(minor) },
            };
            book.write(&fact);
            facts.push(fact);
        }
        let once = book.clone();
        for fact in &facts {
            book.write(fact);
        }
        prop_assert_eq!(&once, &book);

        let provider = Account::Provider("pingpong".into());
        let all = [
            provider.clone(),
            Account::Owed,
            Account::Revenue,
            Account::Doubt,
            Account::ByHand,
            Account::Fees,
        ];
        let balances: Vec<i64> = all.iter().map(|account| book.balance(account, None)).collect();
        prop_assert_eq!(balances.iter().sum::<i64>(), 0, "debits are credits");
        for line in book.0.values() {
            prop_assert!(line.amount.minor > 0 && line.debit != line.credit);
        }
        for account in [Account::Owed, Account::Revenue, Account::Doubt] {
            prop_assert!(book.balance(&account, None) >= 0, "{} is overdrawn", account);
        }
        let held = -book.balance(&provider, None);
        let ours = book.balance(&Account::Owed, None)
            + book.balance(&Account::Revenue, None)
            + book.balance(&Account::Doubt, None);
        let by_hand = book.balance(&Account::ByHand, None);
        prop_assert_eq!(held + book.sum(TransferKind::Fee), ours + by_hand);
    }
}
