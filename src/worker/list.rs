//! Every kind of job the shop has, and who does it; every net, and what is drawn with it. A kind
//! that goes out of use stays here until its rows are gone.

use std::sync::Arc;

use super::registry::Registry;
use crate::flows::jobs::{
    CheckPayment, FulfilOrder, OpenPayment, ResendReport, SendAlert, SendRefund, TellBuyer,
};
use crate::flows::tools::Tools;
use crate::flows::{
    catch_up, check_payment, fulfil_order, open_payment, refund_order, resend_report, send_alert,
    tell_buyer,
};
use crate::orders::Order;

/// What the worker does for the shop.
pub fn jobs_of_the_shop(tools: Tools) -> Registry {
    let tools = Arc::new(tools);
    let registry = sweeps(money(reports(Registry::default(), &tools), &tools), &tools);
    registry.slow_kind::<FulfilOrder>().slow_kind::<ResendReport>()
}

fn reports(registry: Registry, tools: &Arc<Tools>) -> Registry {
    registry
        .with(tools, |tools, job: FulfilOrder, run| async move {
            fulfil_order::run(&tools, job, (&run.claimed, &run.stop)).await
        })
        .with(tools, |tools, job: ResendReport, run| async move {
            resend_report::run(&tools, job, (&run.claimed, &run.stop)).await
        })
        .with(tools, |tools, job: TellBuyer, run| async move {
            tell_buyer::run(&tools, job, &run.claimed).await
        })
        .with(
            tools,
            |tools, job: SendAlert, _run| async move { send_alert::run(&tools, job).await },
        )
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
        .with_sweep("finished jobs", tools, |tools| async move {
            catch_up::prune(&tools.till.base).await?;
            Ok(())
        })
        .with_sweep("old events", tools, |tools| async move {
            catch_up::prune_events(&tools.till.base, tools.prunable_events).await?;
            Ok(())
        })
}
