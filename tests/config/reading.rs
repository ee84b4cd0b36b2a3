//! Values as they are read from the file, the environment, and files of secrets.

use mingshu::config::{
    BaziProvider, Config, Continuation, Dialect, LatePayment, LogFormat, Proof, SignType, Sources,
    TelegramMode,
};
use secrecy::ExposeSecret;

use super::{Folder, KEY, enough_without, load, problem, with_file};

#[test]
fn a_shop_starts_with_the_names_of_the_seeds_and_has_the_documented_defaults() {
    let config = load(&[]);
    assert_eq!(config.server.bind.to_string(), "127.0.0.1:8080");
    assert_eq!(config.server.public_url.as_str(), "https://shop.example");
    assert_eq!(config.database.url.expose_secret(), "sqlite://data/mingshu.db");
    assert_eq!(config.telegram.token.expose_secret(), "123:abc");
    assert_eq!(config.telegram.api_url.as_str(), "https://api.telegram.org");
    assert_eq!(config.telegram.mode, TelegramMode::Polling);
    assert_eq!(config.pingpong.dialect, Dialect::V4);
    assert_eq!(config.pingpong.acc_id, "2018092714313010016291");
    assert_eq!(config.pingpong.sign_type, SignType::Sha256);
    assert_eq!(config.bazi.provider, BaziProvider::Local);
    assert_eq!(config.ai.base_url.as_str(), "https://api.deepseek.com");
    assert_eq!(config.ai.model, "deepseek-flash");
    assert_eq!((config.ai.attempts, config.ai.continuation), (3, Continuation::Ask));
    assert_eq!(config.orders.payment_ttl_minutes, 30);
    assert_eq!(config.orders.late_payment, LatePayment::Fulfil);
    assert_eq!(config.orders.time_zone, chrono_tz::Asia::Shanghai);
    let worker = &config.worker;
    assert_eq!((worker.concurrency, worker.sweep_seconds, worker.lease_seconds), (32, 30, 60));
    assert_eq!((config.affiliate.rate_percent, config.affiliate.hold_days), (20, 14));
    assert_eq!((config.log.format, config.log.level.as_str()), (LogFormat::Pretty, "info"));
    assert!(config.events.sinks.is_empty());
}

#[test]
fn the_environment_wins_over_the_file_and_our_names_over_the_seeds() {
    let (_folder, mut sources) =
        with_file("[telegram]\ntoken = \"1:file\"\n[orders]\npayment_ttl_minutes = 45\n");
    let token = |sources: &Sources| {
        Config::load(sources).unwrap().telegram.token.expose_secret().to_owned()
    };
    assert_eq!(token(&sources), "123:abc");
    sources.environment.insert("MINGSHU_TELEGRAM__TOKEN".into(), "9:own".into());
    assert_eq!(token(&sources), "9:own");
    sources.environment.remove("MINGSHU_TELEGRAM__TOKEN");
    sources.environment.remove("TELEGRAM_BOT_TOKEN");
    assert_eq!(token(&sources), "1:file");
    assert_eq!(Config::load(&sources).unwrap().orders.payment_ttl_minutes, 45);
}

#[test]
fn values_in_the_environment_may_be_written_as_one_thinks_of_them() {
    for (text, ids) in [
        ("1,2", vec![1, 2]),
        ("[1,2]", vec![1, 2]),
        ("[ 1, 2 ]", vec![1, 2]),
        ("7", vec![7]),
        ("-100123", vec![-100_123]),
        ("", vec![]),
        ("[]", vec![]),
    ] {
        assert_eq!(
            load(&[("MINGSHU_TELEGRAM__ADMIN_IDS", text)]).telegram.admin_ids,
            ids,
            "{text}"
        );
    }
    for (text, meant) in
        [("false", false), ("0", false), ("no", false), ("true", true), ("1", true)]
    {
        assert_eq!(
            load(&[("MINGSHU_AFFILIATE__ENABLED", text)]).affiliate.enabled,
            meant,
            "{text}"
        );
    }
    let config = load(&[
        ("MINGSHU_TELEGRAM__ALERT_CHAT_ID", "-1001234567890"),
        ("MINGSHU_BAZI__SECT", "2"),
        ("MINGSHU_AI__TEMPERATURE", "0.5"),
        ("MINGSHU_AI__PRICES__OUTPUT", "2.40"),
        ("MINGSHU_AI__EXTRA_BODY", r#"{"top_p":0.9,"stop":["x"]}"#),
        ("MINGSHU_PINGPONG__METHOD_NAMES", r#"{"wechat":"WeChat"}"#),
        ("MINGSHU_SERVER__METRICS_BIND", "0.0.0.0:9090"),
        ("MINGSHU_LOG__FORMAT", "json"),
        ("MINGSHU_PINGPONG__SIGN_TYPE", "MD5"),
        ("MINGSHU_PINGPONG__ACC_ID", "7"),
        ("MINGSHU_PINGPONG__CLIENT_ID", "true"),
        ("MINGSHU_AI__MODEL", "[x]"),
    ]);
    assert_eq!(config.telegram.alert_chat_id, Some(-1_001_234_567_890));
    assert_eq!(config.bazi.sect, 2);
    assert!((config.ai.temperature - 0.5).abs() < f32::EPSILON);
    assert_eq!(config.ai.prices.output, "2.40");
    assert_eq!(config.ai.prices.input_hit, "0.006", "the others keep their defaults");
    assert_eq!(config.ai.extra_body["stop"][0], "x");
    assert_eq!(config.pingpong.method_names["wechat"], ["WeChat"]);
    assert_eq!(config.server.metrics_bind.unwrap().port(), 9090);
    assert_eq!(config.log.format, LogFormat::Json);
    assert_eq!(config.pingpong.sign_type, SignType::Md5);
    assert_eq!(config.pingpong.acc_id, "7");
    assert_eq!(config.pingpong.client_id, "true");
    assert_eq!(config.ai.model, "[x]");
}

#[test]
fn tables_and_lists_in_the_file_are_read_too() {
    let (_folder, sources) = with_file(
        "[telegram]\nadmin_ids = [1, 2]\n[pingpong]\nacc_id = \"2018092714313010016291\"\n\
         [pingpong.method_names]\nbank = [\"VISA\"]\n[ai.extra_body]\ntop_k = 40\n\
         [payments.proof]\npingpong = \"callback\"\n",
    );
    let config = Config::load(&sources).unwrap();
    assert_eq!(config.telegram.admin_ids, [1, 2]);
    assert_eq!(config.pingpong.method_names["bank"], ["VISA"]);
    assert_eq!(config.pingpong.method_names["alipay"], ["Alipay"], "untouched ones stay");
    assert_eq!(config.ai.extra_body["top_k"], 40);
    assert_eq!(config.pingpong_proof(), Proof::Callback);
}

#[test]
fn encryption_keys_are_a_list_however_it_is_written() {
    let second = KEY.replace("k1", "k0");
    for text in [format!("{KEY},{second}"), format!("[\"{KEY}\", \"{second}\"]")] {
        let config = load(&[("MINGSHU_SECURITY__ENCRYPTION_KEYS", &text)]);
        let keys = config.security.encryption_keys.iter().map(ExposeSecret::expose_secret);
        assert_eq!(keys.collect::<Vec<_>>(), [KEY, second.as_str()]);
    }
}

#[test]
fn the_proof_of_a_payment_follows_the_dialect_unless_it_is_set() {
    let hmac = [("MINGSHU_PINGPONG__DIALECT", "hmac"), ("PINGPONG_WEBHOOK_SECRET", "s3cret")];
    assert_eq!(load(&[]).pingpong_proof(), Proof::Query);
    assert_eq!(load(&hmac).pingpong_proof(), Proof::Callback);
    for name in ["MINGSHU_PAYMENTS__PROOF", "MINGSHU_PAYMENTS__PROOF__PINGPONG"] {
        assert_eq!(load(&[(name, "callback")]).pingpong_proof(), Proof::Callback);
        assert_eq!(load(&[hmac[0], hmac[1], (name, "query")]).pingpong_proof(), Proof::Query);
    }
}

#[test]
fn every_secret_can_be_read_from_a_file_by_either_name() {
    let folder = Folder::new();
    let token = folder.file("token", "5:from-file\n").display().to_string();
    let key = folder.file("keys", &format!("{KEY}\r\n")).display().to_string();
    let mut sources = enough_without("TELEGRAM_BOT_TOKEN");
    sources.environment.remove("MINGSHU_SECURITY__ENCRYPTION_KEYS");
    sources.environment.insert("TELEGRAM_BOT_TOKEN_FILE".into(), token.clone());
    sources.environment.insert("MINGSHU_SECURITY__ENCRYPTION_KEYS_FILE".into(), key);
    let config = Config::load(&sources).unwrap();
    assert_eq!(config.telegram.token.expose_secret(), "5:from-file");
    assert_eq!(config.security.encryption_keys[0].expose_secret(), KEY);

    sources.environment.insert("MINGSHU_TELEGRAM__TOKEN_FILE".into(), token);
    sources.environment.insert("TELEGRAM_BOT_TOKEN_FILE".into(), "/nowhere/token".into());
    problem(&sources, &["telegram.token", "TELEGRAM_BOT_TOKEN_FILE", "/nowhere/token"]);
}

#[test]
fn only_one_newline_is_cut_from_a_secret_file() {
    let folder = Folder::new();
    let salt = folder.file("salt", " salt \n\n").display().to_string();
    let mut sources = enough_without("MINGSHU_PINGPONG__SALT");
    sources.environment.insert("MINGSHU_PINGPONG__SALT_FILE".into(), salt);
    let config = Config::load(&sources).unwrap();
    assert_eq!(config.pingpong.salt.expose_secret(), " salt \n");
}

#[test]
fn a_model_on_this_machine_needs_no_key() {
    let mut sources = enough_without("DEEPSEEK_API_KEY");
    sources.environment.insert("MINGSHU_AI__BASE_URL".into(), "http://127.0.0.1:11434/v1".into());
    Config::load(&sources).unwrap();
    sources.environment.insert("DEEPSEEK_API_KEY".into(), String::new());
    Config::load(&sources).unwrap();
}
