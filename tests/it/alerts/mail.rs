//! Mail to the operators, against a server that speaks SMTP.

use mingshu::alerts::adapters::smtp::{Security, Smtp, SmtpConfig};
use mingshu::alerts::ports::{Mail, MailError, Mailer as _};
use mingshu::kernel::clock::Timestamp;

use crate::support::post_office::PostOffice;

fn mail() -> Mail {
    Mail {
        id: "alert_OrderFailed_1".to_owned(),
        subject: "【命书】订单未能完成 · M20261121-AAAAAAAA".to_owned(),
        body: "一行\n二行\n".to_owned(),
        at: Timestamp(1_795_234_380_000),
    }
}

#[tokio::test]
async fn a_mail_arrives_with_its_subject_in_chinese_and_says_what_wrote_it() {
    let office = PostOffice::plain().await;
    assert_eq!(office.mailer().send(&mail()).await.unwrap(), []);
    let letters = office.letters();
    let [letter] = letters.as_slice() else { panic!("not one letter: {letters:?}") };
    assert_eq!(letter.to, ["first@shop.example", "second@shop.example"]);
    assert_eq!(letter.header("Subject"), mail().subject);
    assert!(letter.text.is_ascii(), "every server can carry it: {}", letter.text);
    assert_eq!(letter.body().replace("\r\n", "\n").trim_end(), "一行\n二行");
    assert_eq!(letter.header("Message-ID"), "<alert_OrderFailed_1@shop.example>");
    assert_eq!(letter.header("Auto-Submitted"), "auto-generated");
    assert_eq!(letter.header("Date"), "Sat, 21 Nov 2026 04:13:00 +0000");
    assert!(letter.header("Content-Type").starts_with("text/plain; charset=utf-8"));
    assert!(letter.header("From").contains("alerts@shop.example"), "{}", letter.text);
}

#[tokio::test]
async fn lines_that_begin_with_a_dot_end_nothing() {
    let office = PostOffice::plain().await;
    let body = "first\r\n.\r\n.second\r\n..third\r\nMAIL FROM:<nobody>\r\n";
    let mail = Mail { body: body.to_owned(), ..mail() };
    office.mailer().send(&mail).await.unwrap();
    let letters = office.letters();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].body().trim_end(), body.trim_end());
}

#[tokio::test]
async fn mail_goes_by_tls_from_the_first_byte_or_after_starttls_with_name_and_password() {
    for (security, offers_tls) in [(Security::Tls, false), (Security::StartTls, true)] {
        let office = PostOffice::open(security, offers_tls).await;
        office.mailer_of("shop", "pässword").send(&mail()).await.unwrap();
        let letter = office.letters().remove(0);
        assert!(letter.encrypted, "{security:?}");
        assert_eq!(letter.login, Some(("shop".to_owned(), "pässword".to_owned())), "{security:?}");
    }
}

#[tokio::test]
async fn without_encryption_nothing_is_said_where_it_is_wanted() {
    let office = PostOffice::open(Security::StartTls, false).await;
    let refused = office.mailer_of("shop", "secret").send(&mail()).await;
    assert!(matches!(refused, Err(MailError::Refused(_))), "{refused:?}");
    assert_eq!((office.letters().len(), office.calls()), (0, 1));
}

#[tokio::test]
async fn a_server_that_cannot_prove_its_name_gets_no_mail() {
    for (security, offers_tls) in [(Security::Tls, false), (Security::StartTls, true)] {
        let office = PostOffice::open(security, offers_tls).await;
        let nobody_vouches = SmtpConfig { authority: None, ..office.config() };
        let failed = Smtp::try_new(nobody_vouches).unwrap().send(&mail()).await;
        assert!(matches!(failed, Err(MailError::NotSent(_))), "{failed:?}");
        assert_eq!(office.letters().len(), 0, "{security:?}");
    }
}

#[tokio::test]
async fn what_may_pass_is_told_from_what_will_not() {
    let cases = [
        ("EHLO", "421 too busy", true),
        ("MAIL", "451 later", true),
        ("RCPT TO:<first", "450 grey", true),
        ("DATA", "452 full", true),
        ("\r\n.\r\n", "451 not now", true),
        ("DATA", "", true),
        ("MAIL", "550 we do not know you", false),
        ("DATA", "554 no", false),
        ("\r\n.\r\n", "552 too big", false),
    ];
    for (start, answer, passing) in cases {
        let office = PostOffice::plain().await;
        let alone = SmtpConfig { to: vec!["first@shop.example".to_owned()], ..office.config() };
        office.refuse(start, answer);
        let failed = Smtp::try_new(alone).unwrap().send(&mail()).await.unwrap_err();
        let as_told = match failed {
            MailError::NotSent(_) => passing,
            MailError::Refused(_) => !passing,
            MailError::Unknown => false,
        };
        assert!(as_told, "{start:?} {answer:?}: {failed:?}");
        assert_eq!(office.letters().len(), 0, "{start:?} {answer:?}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_final() {
    let office = PostOffice::plain().await;
    office.refuse("AUTH", "535 5.7.8 bad credentials");
    let failed = office.mailer_of("shop", "wrong").send(&mail()).await.unwrap_err();
    assert!(matches!(failed, MailError::Refused(_)), "{failed:?}");
    let told = format!("{:#}", anyhow_chain(&failed));
    assert!(told.contains("535") && !told.contains("wrong"), "{told}");
}

fn anyhow_chain(error: &MailError) -> String {
    mingshu::platform::chain(error)
}

#[tokio::test]
async fn an_address_that_is_refused_keeps_no_other_from_hearing() {
    for answer in ["550 5.1.1 no such user", "450 4.2.0 grey"] {
        let office = PostOffice::plain().await;
        office.refuse("RCPT TO:<first", answer);
        let left_out = office.mailer().send(&mail()).await.unwrap();
        assert_eq!(left_out.len(), 1);
        assert_eq!(left_out[0].address, "first@shop.example");
        assert!(left_out[0].why.contains(&answer[..3]), "{left_out:?}");
        assert_eq!(office.letters()[0].to, ["second@shop.example"]);
    }
}

#[tokio::test]
async fn refused_by_all_is_final_unless_one_may_take_it_later() {
    for (second, passing) in [("550 no such user", false), ("451 later", true)] {
        let office = PostOffice::plain().await;
        office.refuse("RCPT TO:<first", "550 no such user");
        office.refuse("RCPT TO:<second", second);
        let failed = office.mailer().send(&mail()).await.unwrap_err();
        assert_eq!(matches!(failed, MailError::NotSent(_)), passing, "{failed:?}");
        assert_eq!(matches!(failed, MailError::Refused(_)), !passing, "{failed:?}");
        assert_eq!(office.letters().len(), 0);
    }
}

#[tokio::test]
async fn where_nobody_listens_mail_waits() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let office = PostOffice::plain().await;
    let elsewhere = SmtpConfig { port, ..office.config() };
    let failed = Smtp::try_new(elsewhere).unwrap().send(&mail()).await.unwrap_err();
    assert!(matches!(failed, MailError::NotSent(_)), "{failed:?}");
}
