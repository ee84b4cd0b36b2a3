//! What the model is asked, and what each request came to: shared by reports that are one text and
//! those that are written chapter by chapter.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use serde_json::value::RawValue;

use super::{Case, Failure, Trouble};
use crate::bazi::facts;
use crate::catalog::answers::FormAnswers;
use crate::catalog::{ChapterPlan, Product, ProductSnapshot};
use crate::flows::jobs::AlertKind;
use crate::flows::raise_alert;
use crate::flows::tools::Tools;
use crate::kernel::locale::Locale;
use crate::platform::texts;
use crate::reports::budget::{Budget, Load};
use crate::reports::calls::{self, Call};
use crate::reports::draft::{Draft, Finding};
use crate::reports::ports::ModelRequest;
use crate::reports::prompt::{ChapterBrief, PromptError, PromptTemplate, PromptValues};
use crate::reports::repo::{self as reports, Provenance};

/// Everything that the requests of one order are made of.
pub(super) struct Desk<'a> {
    pub(super) snapshot: ProductSnapshot,
    pub(super) locale: Locale,
    product: &'a Product,
    pub(super) template: Arc<PromptTemplate>,
    /// Read when a request is made: while an order waits for the model, its text is a tenth of what
    /// is read from it.
    facts: Option<Box<RawValue>>,
    pub(super) form: Value,
    today: String,
    user_mark: String,
    /// What the order has cost so far, requests for nothing included.
    spent: Mutex<Load>,
    /// How many questions were asked about the report: each widens the budget.
    pub(super) questions: u64,
}

impl Desk<'_> {
    /// The chapters that were promised; those of today's product for an order from before there
    /// were any; none when the product is written as one text.
    pub(super) fn plan(&self) -> &[ChapterPlan] {
        if self.product.chapters.is_empty() || self.snapshot.chapters.is_empty() {
            &self.product.chapters
        } else {
            &self.snapshot.chapters
        }
    }

    /// A request for one chapter with the facts it asks for, or for the whole report with all of
    /// them.
    pub(super) fn request(
        &self,
        chapter: Option<ChapterBrief>,
        blocks: Option<&[String]>,
    ) -> Result<ModelRequest, Trouble> {
        let facts = self.facts.as_ref().map(|facts| serde_json::from_str::<Value>(facts.get()));
        let facts = facts.transpose()?.unwrap_or_default();
        let facts = match blocks {
            Some(blocks) => facts::select(&facts, blocks),
            None => facts,
        };
        let values = PromptValues {
            facts,
            form: &self.form,
            product: self.snapshot.for_prompt(self.locale),
            locale: self.locale,
            today: self.today.clone(),
            chapter,
        };
        let prompt = self.template.render(&values).map_err(mistaken)?;
        Ok(ModelRequest {
            system: prompt.system,
            user: prompt.user,
            user_mark: self.user_mark.clone(),
            max_tokens: self.snapshot.report.max_tokens,
            temperature: self.snapshot.report.temperature,
        })
    }

    /// What is wrong with a draft of a chapter; nothing when it may be sold.
    pub(super) fn findings(&self, chapter: &ChapterPlan, draft: &Draft) -> Vec<Finding> {
        let short = chapter.falls_short(&draft.markdown, self.locale);
        let short = short.map(|written| Finding {
            code: "too-short".to_owned(),
            text: format!(
                "上一稿只有 {written} 个字符，太短；本章要求 {}",
                chapter.length(self.locale)
            ),
        });
        short.into_iter().collect()
    }

    /// Whether the order's budget has room for `next`, beside what was spent.
    pub(super) fn has_room(&self, next: Load, tools: &Tools) -> bool {
        let spent = *self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        self.budget(tools).holds(spent.plus(next))
    }

    pub(super) fn afford(&self, next: Load, tools: &Tools) -> Result<(), Trouble> {
        if self.has_room(next, tools) {
            return Ok(());
        }
        let cause = anyhow::anyhow!("what one order may cost is used up");
        Err(Trouble::Lasting(Failure::Model, cause))
    }

    pub(super) fn spend(&self, made: &Provenance) {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        *spent = spent.plus(Load::of(&made.usage, made.cost_micros));
    }

    fn budget(&self, tools: &Tools) -> Budget {
        let usual = tools.writing.budget;
        let own = self.snapshot.report.tokens_per_order.map(u64::from);
        let whole = Budget { tokens: own.unwrap_or(usual.tokens), ..usual };
        whole.with_questions(self.questions)
    }
}

impl<'a> Case<'a> {
    pub(super) async fn desk(&self) -> Result<Desk<'a>, Trouble> {
        let snapshot = self.tools.product(&self.order)?;
        let tools: &'a Tools = self.tools;
        let product = tools.catalog.find(&self.order.sku);
        let product = product.ok_or_else(|| {
            let cause = anyhow::anyhow!("product {} is gone from the catalogue", self.order.sku);
            Trouble::Passing(Failure::Internal, cause, None)
        })?;
        let base = &self.tools.till.base;
        let facts =
            reports::find_facts(base.db.read(), &base.keyring, &self.order.order_no).await?;
        let answers: FormAnswers = self.order.form(&base.keyring)?;
        let total = calls::total(base.db.read(), &self.order.order_no).await?;
        let prompt = &product.prompt;
        let template = self.tools.writing.templates.get(&prompt.file, &prompt.text);
        Ok(Desk {
            snapshot,
            locale: self.locale(),
            product,
            template: template.map_err(mistaken)?,
            facts,
            form: product.form_for_prompt(&answers, self.locale()),
            today: texts::date(self.tools.now(), self.tools.till.money.time_zone),
            user_mark: base.keyring.mark("model.user", &self.order.user.to_string()),
            spent: Mutex::new(Load::of(&total.usage, total.cost_micros)),
            questions: 0,
        })
    }

    pub(super) async fn record(&self, call: &Call) -> Result<(), Trouble> {
        let (keyring, now) = (&self.tools.till.base.keyring, self.tools.now());
        let tx = self.begin_noting().await?;
        calls::record(&tx, keyring, (&self.order.order_no, call), now).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn alert(
        &self,
        kind: AlertKind,
        (subject, note): (&str, &str),
    ) -> Result<(), Trouble> {
        let tx = self.tools.till.base.db.begin_write().await?;
        raise_alert::run(&tx, kind, (subject, note), self.tools.now()).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// What a request may come to.
pub(super) fn expected(request: &ModelRequest, most: u32, tools: &Tools) -> Load {
    let characters = request.system.chars().count();
    let characters = characters.saturating_add(request.user.chars().count());
    Load::expected(
        characters,
        most,
        tools.writing.writers.first().and_then(|writer| writer.prices.as_ref()),
    )
}

pub(super) fn count(made: &Provenance) {
    let usage = made.usage;
    let kinds = [
        ("prompt_cache_hit", usage.prompt_cache_hit),
        ("prompt_cache_miss", usage.prompt_cache_miss),
        ("completion", usage.completion),
    ];
    for (kind, tokens) in kinds {
        metrics::counter!("mingshu_model_tokens_total", "kind" => kind).increment(tokens);
    }
    let micros = u64::try_from(made.cost_micros).unwrap_or(0);
    if !made.cost_currency.is_empty() {
        let currency = made.cost_currency.clone();
        metrics::counter!("mingshu_model_cost_micros_total", "currency" => currency)
            .increment(micros);
    }
}

/// The same words would be wrong again.
pub(super) fn mistaken(mistake: PromptError) -> Trouble {
    Trouble::Lasting(Failure::Internal, mistake.into())
}
