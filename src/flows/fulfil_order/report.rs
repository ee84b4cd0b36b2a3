//! Step `report`: the prompt is rendered and the model writes. Saved in the transaction of the
//! checkpoint, so a finished text is never bought twice.

use tokio::sync::watch;

use super::progress::Told;
use super::{Case, Failure, Trouble};
use crate::catalog::answers::FormAnswers;
use crate::catalog::{Product, ProductSnapshot};
use crate::flows::jobs::AlertKind;
use crate::flows::raise_alert;
use crate::platform::texts;
use crate::reports::cost;
use crate::reports::ports::{Completion, ModelError, ModelRequest};
use crate::reports::prompt::{PromptError, PromptTemplate, PromptValues};
use crate::reports::repo::{self as reports, Provenance};

impl Case<'_> {
    pub(super) async fn report(&mut self) -> Result<(), Trouble> {
        let snapshot = self.tools.product(&self.order)?;
        let product = self.product()?;
        let (request, prompt_version) = self.request(product, &snapshot).await?;
        let completion = match self.write(&snapshot, &request).await {
            Ok(completion) => completion,
            Err(error) => return Err(self.unwritten(error).await?),
        };
        let provenance = self.provenance(prompt_version, &completion);
        self.count(&provenance);
        long_enough(&snapshot, &completion.text)?;
        let (keyring, now) = (&self.tools.till.base.keyring, self.tools.now());
        let tx = self.begin().await?;
        let what = (completion.text.as_str(), &provenance);
        reports::save_text(&tx, keyring, &self.order.order_no, what, now).await?;
        self.checkpoint(tx).await
    }

    /// The product as its files describe it now.
    pub(super) fn product(&self) -> Result<&Product, Trouble> {
        let product = self.tools.catalog.find(&self.order.sku);
        product.map(AsRef::as_ref).ok_or_else(|| {
            let cause = anyhow::anyhow!("product {} is gone from the catalogue", self.order.sku);
            Trouble::Passing(Failure::Internal, cause, None)
        })
    }

    pub(super) async fn request(
        &self,
        product: &Product,
        snapshot: &ProductSnapshot,
    ) -> Result<(ModelRequest, String), Trouble> {
        let base = &self.tools.till.base;
        let facts: Option<serde_json::Value> =
            reports::find_facts(base.db.read(), &base.keyring, &self.order.order_no).await?;
        let answers: FormAnswers = self.order.form(&base.keyring)?;
        let locale = self.locale();
        let values = PromptValues {
            facts: facts.unwrap_or_default(),
            form: product.form_for_prompt(&answers, locale),
            product: snapshot.for_prompt(locale),
            locale,
            today: texts::date(self.tools.now(), self.tools.till.money.time_zone),
        };
        let template = PromptTemplate::parse(&product.prompt.file, &product.prompt.text);
        let template = template.map_err(mistaken)?;
        let prompt = template.render(&values).map_err(mistaken)?;
        let request = ModelRequest {
            system: prompt.system,
            user: prompt.user,
            user_mark: base.keyring.mark("model.user", &self.order.user.to_string()),
            max_tokens: snapshot.report.max_tokens,
            temperature: snapshot.report.temperature,
        };
        Ok((request, template.version()))
    }

    async fn write(
        &self,
        snapshot: &ProductSnapshot,
        request: &ModelRequest,
    ) -> Result<Completion, ModelError> {
        let (told, written) = watch::channel(0);
        let told = Told(told);
        tokio::select! {
            biased;
            outcome = self.tools.writing.model.write(request, &told) => outcome,
            never = self.show_writing(snapshot, written) => match never {},
        }
    }

    /// What an error of the model means for the order; an operator hears of a refused account.
    pub(super) async fn unwritten(&self, error: ModelError) -> Result<Trouble, Trouble> {
        metrics::counter!("mingshu_model_failures_total").increment(1);
        Ok(match error {
            ModelError::Retry { retry_after, .. } => {
                Trouble::Passing(Failure::Model, error.into(), retry_after)
            }
            ModelError::Stop { .. } => {
                self.alert(AlertKind::ModelStopped, ("model", &error.to_string())).await?;
                // The same request would be refused again (spec.md §5 "stop").
                Trouble::Lasting(Failure::Model, error.into())
            }
            ModelError::Refused => Trouble::Lasting(Failure::ModelRefused, error.into()),
        })
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

    pub(super) fn provenance(&self, prompt_version: String, completion: &Completion) -> Provenance {
        let prices = self.tools.writing.prices.as_ref();
        Provenance {
            prompt_version,
            model: completion.model.clone(),
            usage: completion.usage,
            cost_micros: prices
                .map(|prices| cost::cost_micros(&completion.usage, prices))
                .unwrap_or_default(),
            cost_currency: prices.map(|prices| prices.currency.to_string()).unwrap_or_default(),
        }
    }

    pub(super) fn count(&self, provenance: &Provenance) {
        let usage = provenance.usage;
        let kinds = [
            ("prompt_cache_hit", usage.prompt_cache_hit),
            ("prompt_cache_miss", usage.prompt_cache_miss),
            ("completion", usage.completion),
        ];
        for (kind, tokens) in kinds {
            metrics::counter!("mingshu_model_tokens_total", "kind" => kind).increment(tokens);
        }
        let micros = u64::try_from(provenance.cost_micros).unwrap_or(0);
        if !provenance.cost_currency.is_empty() {
            let currency = provenance.cost_currency.clone();
            metrics::counter!("mingshu_model_cost_micros_total", "currency" => currency)
                .increment(micros);
        }
        tracing::info!(
            order.id = %self.order.order_no,
            model.name = provenance.model,
            model.completion_tokens = usage.completion,
            "report written"
        );
    }
}

/// A text far shorter than what was sold is none.
pub(super) fn long_enough(snapshot: &ProductSnapshot, text: &str) -> Result<(), Trouble> {
    let Some(written) = snapshot.report.falls_short(text) else { return Ok(()) };
    let least = snapshot.report.min_characters;
    let cause = anyhow::anyhow!("a text of {written} characters, {least} were asked for");
    Err(Trouble::Passing(Failure::Model, cause, None))
}

/// The same words would be wrong again.
pub(super) fn mistaken(mistake: PromptError) -> Trouble {
    Trouble::Lasting(Failure::Internal, mistake.into())
}
