//! Every kind of job the shop has, and who does it; every net, and what is drawn with it. A kind
//! that goes out of use stays here until its rows are gone.

use std::sync::Arc;
use std::time::Duration;

use super::registry::Registry;
use crate::flows::jobs::{
    AnswerQuestion, CheckPayment, DoctorMoney, ExpireData, FulfilOrder, MailAlert, OpenPayment,
    Reconcile, ResendReport, RewriteReport, SendAlert, SendBroadcast, SendRefund, TellBuyer,
    TellPromoter, TellReconciliation,
};
use crate::flows::post::Post;
use crate::flows::probe_balance::ProbeBalance;
use crate::flows::tools::Tools;
use crate::flows::{
    broadcast, capacity, catch_up, check_payment, deliver_events, doctor_money, expire_data,
    fulfil_order, open_payment, probe_balance, publish_events, reconcile, refund_order,
    resend_report, send_alert, tell_buyer, tell_promoter,
};
use crate::orders::Order;

/// What the worker does for the shop.
pub fn jobs_of_the_shop(tools: Tools) -> Registry {
    let tools = Arc::new(tools);
    let registry = sweeps(money(reports(Registry::default(), &tools), &tools), &tools);
    let registry = events(registry, &tools.post());
    registry
        .slow_kind::<FulfilOrder>()
        .slow_kind::<ResendReport>()
        .slow_kind::<RewriteReport>()
        .slow_kind::<AnswerQuestion>()
        .slow_kind::<Reconcile>()
        .slow_kind::<ExpireData>()
}

fn reports(registry: Registry, tools: &Arc<Tools>) -> Registry {
    registry
        .with(tools, |tools, job: FulfilOrder, run| async move {
            fulfil_order::run(&tools, job, (&run.claimed, &run.stop)).await
        })
        .with(tools, |tools, job: ResendReport, run| async move {
            resend_report::run(&tools, job, (&run.claimed, &run.stop)).await
        })
        .with(tools, |tools, job: RewriteReport, run| async move {
            fulfil_order::rewrite::run(&tools, job, (&run.claimed, &run.stop)).await
        })
        .with(tools, |tools, job: AnswerQuestion, run| async move {
            fulfil_order::answer::run(&tools, job, (&run.claimed, &run.stop)).await
        })
        .with(tools, |tools, job: TellBuyer, run| async move {
            tell_buyer::run(&tools, job, &run.claimed).await
        })
        .with(tools, |tools, job: TellPromoter, run| async move {
            tell_promoter::run(&tools, job, &run.claimed).await
        })
        .with(tools, |tools, job: SendAlert, run| async move {
            send_alert::run(&tools, job, &run.claimed).await
        })
        .with(tools, |tools, job: SendBroadcast, run| async move {
            broadcast::run(&tools, job, &run.claimed).await
        })
        .with(tools, |tools, job: MailAlert, _run| async move {
            send_alert::run_mail(&tools, job).await
        })
}

fn money(registry: Registry, tools: &Arc<Tools>) -> Registry {
    registry
        .with(tools, |tools, job: OpenPayment, run| async move {
            let subject = |order: &Order| tools.subject(order);
            open_payment::run(&tools.till, &subject, (job, &run.claimed)).await
        })
        .with(tools, |tools, job: CheckPayment, _run| async move {
            check_payment::run(&tools.till, job).await
        })
        .with(tools, |tools, job: SendRefund, _run| async move {
            refund_order::run(&tools.till, job).await
        })
        .with(tools, |tools, job: DoctorMoney, _run| async move {
            doctor_money::run_nightly(&tools.till.base, job).await
        })
        .with(tools, |tools, job: ProbeBalance, _run| async move {
            probe_balance::run(&tools, job).await
        })
        .with(tools, |tools, job: ExpireData, _run| async move {
            expire_data::run(&tools.till.base, &tools.retention, job).await
        })
        .with(tools, |tools, job: Reconcile, run| async move {
            reconcile::run_daily(&tools.till, job, &run.claimed).await
        })
        .with(tools, |tools, job: TellReconciliation, _run| async move {
            reconcile::tell(&tools, job).await
        })
}

/// The way of events: one errand hands them to the sinks, and each sink has one of its own. Where
/// nobody listens, they are only noted as handed on, now and then.
fn events(registry: Registry, post: &Post) -> Registry {
    let shared = Arc::new(post.clone());
    if post.sinks.is_empty() {
        return registry.with_sweep("events", &shared, |post| async move {
            while publish_events::run(&post).await? {}
            Ok(())
        });
    }
    let registry = registry.with_errand("events".to_owned(), &shared, |post| async move {
        while publish_events::is_due(&post).await? && publish_events::run(&post).await? {}
        Ok(Duration::MAX)
    });
    post.sinks.iter().fold(registry, |registry, sink| {
        let name = format!("events to {}", sink.name);
        let tools = Arc::new((post.clone(), sink.clone()));
        registry.with_errand(name, &tools, |tools| async move {
            let (post, sink) = &*tools;
            loop {
                let due = deliver_events::run(post, sink).await?;
                let Some(due) = due else { return Ok(Duration::MAX) };
                let pause = due.since(post.now());
                if !pause.is_zero() {
                    return Ok(pause);
                }
            }
        })
    })
}

fn sweeps(registry: Registry, tools: &Arc<Tools>) -> Registry {
    registry
        .with_sweep("payments", tools, |tools| async move {
            check_payment::sweep(&tools.till).await?;
            Ok(())
        })
        .with_sweep("orders", tools, |tools| async move {
            catch_up::orders(&tools.till.base).await?;
            Ok(())
        })
        .with_sweep("refunds", tools, |tools| async move {
            catch_up::refunds(&tools.till.base).await?;
            Ok(())
        })
        .with_sweep("books", tools, |tools| async move {
            doctor_money::sweep(&tools.till.base, tools.till.money.time_zone).await?;
            Ok(())
        })
        .with_sweep("capacity", tools, |tools| async move { capacity::sweep(&tools).await })
        .with_sweep("balances", tools, |tools| async move { probe_balance::sweep(&tools).await })
        .with_sweep("old personal data", tools, |tools| async move {
            let zone = tools.till.money.time_zone;
            expire_data::sweep(&tools.till.base, zone, &tools.retention).await?;
            Ok(())
        })
        .with_sweep("reconciliation", tools, |tools| async move {
            reconcile::sweep(&tools.till).await?;
            Ok(())
        })
        .with_sweep("finished jobs", tools, |tools| async move {
            catch_up::prune(&tools.till.base).await?;
            Ok(())
        })
        .with_sweep("old alerts", tools, |tools| async move {
            catch_up::prune_alerts(&tools.till.base).await?;
            Ok(())
        })
        .with_sweep("old events", tools, |tools| async move {
            catch_up::prune_events(&tools.till.base).await?;
            Ok(())
        })
}
