//! What the processes are made of: the database, the words, the goods, the providers.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use secrecy::ExposeSecret;

use super::outside;
use crate::bazi::facts::BLOCKS;
use crate::bot;
use crate::catalog::{Catalog, Product, WaysToPay};
use crate::config::{self, Config};
use crate::flows::base::{Base, LatePayment};
use crate::flows::post::Post;
use crate::flows::settle_payment::MoneyRules;
use crate::flows::till::Till;
use crate::flows::try_alerts::Ways;
use crate::kernel::clock::Clock;
use crate::kernel::ids::UserId;
use crate::kernel::locale::Locale;
use crate::notifications::adapters::telegram::{BotApi, TelegramMessenger};
use crate::notifications::ports::Messenger;
use crate::payments::STARS;
use crate::platform::assets::Assets;
use crate::platform::chain;
use crate::platform::crypto::Keyring;
use crate::platform::db::{Db, DbOptions};
use crate::platform::pages::Pages;
use crate::platform::reseal::SealedColumn;
use crate::platform::schema::{self, SchemaError};
use crate::platform::texts::Texts;
use crate::reports::adapters::typesetter::Typesetter;
use crate::reports::prompt::PromptTemplate;
use crate::{affiliates, orders, payments, reports, users};

/// The provider that orders are paid with.
const PROVIDER: &str = "pingpong";
/// Where operators keep templates of their own unless `templates.dir` says otherwise.
const TEMPLATES: &str = "templates";

/// What operators are told in.
pub(super) const OPERATORS_LANGUAGE: Locale = Locale::ZhHans;

/// Everything that is built once.
#[derive(Clone)]
pub struct Parts {
    pub config: Arc<Config>,
    pub base: Base,
    pub till: Till,
    pub catalog: Arc<Catalog>,
    pub texts: Arc<Texts>,
    pub pages: Arc<Pages>,
}

impl Parts {
    /// Opens the database, brings it up to date, and reads the templates.
    pub async fn assemble(
        config: Config,
        clock: Arc<dyn Clock>,
        test: bool,
    ) -> anyhow::Result<Self> {
        let assets = assets(&config);
        let catalog = catalog(&assets)
            .map_err(|mistakes| anyhow!("the products have mistakes:\n{}", mistakes.join("\n")))?;
        let catalog = Arc::new(catalog.paid_by(ways_to_pay(&config)));
        let texts = Arc::new(Texts::load(&assets).context("the texts")?);
        let pages = Arc::new(Pages::load(&assets).context("the pages")?);
        let keyring = keyring(&config)?;
        let base = Base { db: database(&config).await?, clock, keyring };
        migrate(&config, &base.db).await?;
        let till = till(&config, &base, &catalog, test)?;
        Ok(Self { config: Arc::new(config), base, till, catalog, texts, pages })
    }
}

/// What can be paid with here; the configuration was checked to have one of them.
fn ways_to_pay(config: &Config) -> WaysToPay {
    match (config.pingpong.enabled, config.stars.enabled) {
        (true, true) => WaysToPay::MoneyAndStars,
        (true, false) => WaysToPay::Money,
        (false, _) => WaysToPay::Stars,
    }
}

fn keyring(config: &Config) -> anyhow::Result<Arc<Keyring>> {
    let keys = &config.security.encryption_keys;
    Ok(Arc::new(Keyring::parse(keys).context("security.encryption_keys")?))
}

/// What the commands about events need: the database and the sinks.
pub async fn post(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<Post> {
    let db = existing_database(config).await?;
    Ok(Post { db, clock, sinks: outside::sinks(config)?.into() })
}

/// The database alone; a SQLite file that is not there is made.
pub async fn database(config: &Config) -> anyhow::Result<Db> {
    let options = DbOptions {
        url: config.database.url.expose_secret().to_owned(),
        max_connections: config.database.max_connections,
    };
    Db::connect(&options).await.context("the database cannot be opened")
}

/// The database of a shop that has run before: nothing is made, and a schema that is not of this
/// version is refused. For every command but those that bring it up to date.
pub async fn existing_database(config: &Config) -> anyhow::Result<Db> {
    let file = schema::sqlite_file(config.database.url.expose_secret());
    if file.is_some_and(|file| std::fs::metadata(file).map_or(0, |it| it.len()) == 0) {
        return Err(SchemaError::Empty.into());
    }
    let db = database(config).await?;
    match schema::check(&db).await {
        Ok(()) => Ok(db),
        Err(refused) => {
            db.close().await?;
            Err(refused.into())
        }
    }
}

/// The database and the keys of a shop that has run before.
pub async fn existing(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<Base> {
    let keyring = keyring(config)?;
    Ok(Base { db: existing_database(config).await?, clock, keyring })
}

/// The ways to the operators, without database and worker.
pub fn alert_ways(config: &Config) -> anyhow::Result<Ways> {
    let telegram = &config.telegram;
    let chat = match telegram.alert_chat_id.filter(|_chat| config.alerts.telegram) {
        Some(chat) => {
            let api = BotApi::try_new(telegram.api_url.as_str(), telegram.token.clone())
                .context("the Telegram client")?;
            let messenger = Arc::new(TelegramMessenger::new(Arc::new(api)));
            Some((messenger as Arc<dyn Messenger>, UserId(chat)))
        }
        None => None,
    };
    Ok(Ways {
        chat,
        mailer: outside::mailer(config)?,
        texts: Arc::new(Texts::load(&assets(config)).context("the texts")?),
        locale: OPERATORS_LANGUAGE,
        time_zone: config.orders.time_zone,
    })
}

/// The database and the providers of a shop that has run before.
pub async fn till_alone(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<Till> {
    let catalog = catalog(&assets(config))
        .map_err(|mistakes| anyhow!("the products have mistakes:\n{}", mistakes.join("\n")))?;
    let base = existing(config, clock).await?;
    till(config, &base, &catalog, false)
}

/// Every sealed column of the database.
pub fn sealed_columns() -> Vec<SealedColumn> {
    let mut columns = orders::SEALED.to_vec();
    columns.extend(reports::repo::SEALED);
    columns.extend(reports::checks::SEALED);
    columns.extend([reports::deliveries::SEALED, payments::inbox::SEALED]);
    columns.extend([reports::ratings::SEALED, reports::rewrites::SEALED]);
    columns.extend(reports::questions::SEALED);
    columns.extend(payments::requests::SEALED);
    columns.extend([affiliates::payouts::SEALED, users::profiles::SEALED]);
    columns.extend([reports::chapters::SEALED, reports::calls::SEALED]);
    columns.extend(bot::SEALED);
    columns
}

/// Brings the schema up to date and says what was done.
pub async fn migrate(config: &Config, db: &Db) -> anyhow::Result<schema::Migrated> {
    let file = schema::sqlite_file(config.database.url.expose_secret());
    let migrated = schema::migrate(db, file.as_deref()).await?;
    for name in &migrated.applied {
        tracing::info!(migration = name, "migration applied");
    }
    if let Some(backup) = &migrated.backup {
        tracing::info!(file = %backup.display(), "the database was copied before the migration");
    }
    Ok(migrated)
}

/// The templates: the operator's folder over the copy inside the program.
pub fn assets(config: &Config) -> Assets {
    templates_dir(config).map_or_else(Assets::embedded, Assets::with_dir)
}

/// The operator's folder; `None` when there is none.
pub(super) fn templates_dir(config: &Config) -> Option<PathBuf> {
    let here = || Path::new(TEMPLATES).is_dir().then(|| PathBuf::from(TEMPLATES));
    config.templates.dir.clone().or_else(here)
}

/// Every mistake in the templates: products, prompts, texts and pages.
pub fn mistakes(config: &Config) -> Vec<String> {
    let assets = assets(config);
    let mut mistakes = catalog(&assets).err().unwrap_or_default();
    mistakes.extend(Texts::load(&assets).err().map(|error| chain(&error)));
    mistakes.extend(Pages::load(&assets).err().map(|error| chain(&error)));
    mistakes.extend(outside::typesetter(config).err().map(|error| format!("{error:#}")));
    mistakes.extend(outside::sinks(config).err().map(|error| format!("{error:#}")));
    mistakes.extend(outside::mailer(config).err().map(|error| format!("{error:#}")));
    mistakes
}

/// The products, for work outside the server.
pub fn checked_catalog(config: &Config) -> anyhow::Result<Catalog> {
    catalog(&assets(config))
        .map_err(|mistakes| anyhow!("the products have mistakes:\n{}", mistakes.join("\n")))
}

/// The typesetter and the words on its pictures, for commands that draw.
pub fn drawing_tools(config: &Config) -> anyhow::Result<(Typesetter, Texts)> {
    let texts = Texts::load(&assets(config)).context("the texts")?;
    Ok((outside::typesetter(config)?, texts))
}

/// Reads and checks all products and their prompts; every mistake is told at once.
fn catalog(assets: &Assets) -> Result<Catalog, Vec<String>> {
    let catalog = Catalog::load(assets)
        .map_err(|found| found.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    let shared = [catalog.rewrite_prompt(), catalog.answer_prompt()];
    let shared = shared.map(|prompt| PromptTemplate::parse(&prompt.file, &prompt.text).err());
    let mut mistakes: Vec<String> =
        catalog.all().filter(|it| it.pack.is_none()).flat_map(|it| mistakes_of(it)).collect();
    mistakes.extend(shared.into_iter().flatten().map(|error| chain(&error)));
    if mistakes.is_empty() { Ok(catalog) } else { Err(mistakes) }
}

/// What only shows when a product's files are read together with what reports know.
fn mistakes_of(product: &Product) -> Vec<String> {
    let prompt = &product.prompt;
    let template = match PromptTemplate::parse(&prompt.file, &prompt.text) {
        Ok(template) => template,
        Err(error) => return vec![chain(&error)],
    };
    let mut mistakes = Vec::new();
    let planned = !product.chapters.is_empty();
    if planned != template.speaks_of("chapter") {
        let problem = if planned {
            "does not look at `chapter`, and product.toml plans chapters"
        } else {
            "looks at `chapter`, and product.toml plans none"
        };
        mistakes.push(format!("{}: {problem}", prompt.file));
    }
    for chapter in &product.chapters {
        for block in chapter.facts.iter().filter(|name| !BLOCKS.contains(&name.as_str())) {
            let known = BLOCKS.join(", ");
            mistakes.push(format!(
                "products/{}/product.toml: chapter {}: there are no facts `{block}`, expected some of {known}",
                product.sku, chapter.key
            ));
        }
    }
    mistakes
}

/// What the shop has decided about money, for work outside the server.
pub fn money_rules(config: &Config) -> anyhow::Result<MoneyRules> {
    let catalog = catalog(&assets(config))
        .map_err(|mistakes| anyhow!("the products have mistakes:\n{}", mistakes.join("\n")))?;
    Ok(money(config, &catalog))
}

fn money(config: &Config, catalog: &Catalog) -> MoneyRules {
    let late_payment = match config.orders.late_payment {
        config::LatePayment::Fulfil => LatePayment::Fulfil,
        config::LatePayment::Refund => LatePayment::Refund,
        config::LatePayment::AskAdmin => LatePayment::AskAdmin,
    };
    let stocks = catalog.all().map(|product| (product.sku.clone(), product.supply())).collect();
    MoneyRules { late_payment, stocks, time_zone: config.orders.time_zone }
}

fn till(config: &Config, base: &Base, catalog: &Catalog, test: bool) -> anyhow::Result<Till> {
    let minutes = |count: u32| Duration::from_secs(u64::from(count).saturating_mul(60));
    let method_ttl = config.orders.method_ttl_minutes.iter();
    Ok(Till {
        base: base.clone(),
        money: money(config, catalog),
        counters: Arc::new(outside::counters(config)?),
        provider: if config.pingpong.enabled { PROVIDER } else { STARS }.to_owned(),
        public_url: config.server.public_url.as_str().to_owned(),
        payment_ttl: minutes(config.orders.payment_ttl_minutes),
        method_ttl: method_ttl.map(|(method, count)| (method.clone(), minutes(*count))).collect(),
        most_waiting: config.orders.most_waiting,
        test,
    })
}
