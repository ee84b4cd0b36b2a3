//! What can go wrong while an update is handled, and whether waiting helps.

use sea_orm::DbErr;

use crate::affiliates::AffiliateError;
use crate::audit::AuditError;
use crate::flows::add_stock::AddStockError;
use crate::flows::ask_question::QuestionError;
use crate::flows::attribute_referral::ReferralError;
use crate::flows::broadcast::BroadcastError;
use crate::flows::capacity::CapacityError;
use crate::flows::decide_report::DecideError;
use crate::flows::export_user::ExportError;
use crate::flows::figures::FiguresError;
use crate::flows::forget_user::ForgetError;
use crate::flows::inspect_order::InspectError;
use crate::flows::keep_profile::ProfileError;
use crate::flows::manage_coupons::CouponsError;
use crate::flows::may_order::MayOrderError;
use crate::flows::pay_affiliate::PayoutError;
use crate::flows::place_order::PlaceOrderError;
use crate::flows::rate_order::RatingError;
use crate::flows::report_page::PageError;
use crate::flows::resend_report::ResendError;
use crate::flows::retry_order::RetryError;
use crate::flows::rewrite_report::RewriteError;
use crate::flows::settle_payment::SettleError;
use crate::flows::throw_switch::SwitchError;
use crate::notifications::ports::SendError;
use crate::orders::OrderError;
use crate::payments::PaymentError;
use crate::platform::crypto::SealError;
use crate::platform::qr::QrError;
use crate::promotions::PromotionError;
use crate::users::UserError;

#[derive(Debug, thiserror::Error)]
pub(super) enum BotError {
    #[error("what is kept about a person cannot be read")]
    Export(#[from] ExportError),
    #[error("it cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    #[error("the kept birth cannot be read or written")]
    Profile(#[from] ProfileError),
    #[error("the person cannot be forgotten")]
    Forget(#[from] ForgetError),
    #[error("the order cannot be placed")]
    Place(#[from] PlaceOrderError),
    #[error("the order or its payment cannot be changed")]
    Settle(#[from] SettleError),
    #[error("the order cannot be read")]
    Order(#[from] OrderError),
    #[error("the payment cannot be read")]
    Payment(#[from] PaymentError),
    #[error("nobody knows what is switched off")]
    MayOrder(#[from] MayOrderError),
    #[error("the user cannot be read")]
    User(#[from] UserError),
    #[error("the affiliate cannot be read")]
    Affiliate(#[from] AffiliateError),
    #[error("the promoter's wish cannot be written down")]
    Payout(#[from] PayoutError),
    #[error("no QR picture can be made")]
    Picture(#[from] QrError),
    #[error("the person cannot be written down")]
    Greet(#[from] ReferralError),
    #[error("the order cannot be looked into")]
    Inspect(#[from] InspectError),
    #[error("the figures cannot be counted")]
    Figures(#[from] FiguresError),
    #[error("the report cannot be sent again")]
    Resend(#[from] ResendError),
    #[error("the rating cannot be written or read")]
    Rating(#[from] RatingError),
    #[error("the report cannot be written once more")]
    Rewrite(#[from] RewriteError),
    #[error("the question cannot be written or read")]
    Question(#[from] QuestionError),
    #[error("the links to the report cannot be closed")]
    ReportPage(#[from] PageError),
    #[error("the order cannot go on")]
    Retry(#[from] RetryError),
    #[error("the report that is held back cannot be decided about")]
    Decide(#[from] DecideError),
    #[error("the switch cannot be thrown")]
    Switch(#[from] SwitchError),
    #[error("the broadcast cannot be written")]
    Broadcast(#[from] BroadcastError),
    #[error("the pieces cannot be added")]
    AddStock(#[from] AddStockError),
    #[error("the deeds of operators cannot be read")]
    Audit(#[from] AuditError),
    #[error("the coupon cannot be written")]
    Coupons(#[from] CouponsError),
    #[error("the coupon cannot be read")]
    Coupon(#[from] PromotionError),
    #[error("the stored words cannot be opened")]
    Sealed(#[from] SealError),
    #[error("the answer cannot be sent")]
    Send(#[from] SendError),
    /// Telegram says that Stars moved, in words that we do not know: a person has to look.
    #[error("a message about Stars cannot be read")]
    UnreadableMoney,
    /// Two updates of one person were handled at once; the other one was faster.
    #[error("the dialogue was changed meanwhile")]
    Stale,
    #[error("the database failed")]
    Db(#[from] DbErr),
}

impl BotError {
    /// Whether the same update may succeed later: the chat service or the database is away, or
    /// somebody else was faster.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            _ if self.is_passing_at_the_desk() || self.is_passing_for_a_buyer() => true,
            Self::Send(SendError::TooFast(_) | SendError::NotSent(_) | SendError::Unknown(_))
            | Self::Db(_)
            | Self::Stale
            | Self::Order(OrderError::Db(_) | OrderError::Stale(_))
            | Self::Payment(PaymentError::Db(_) | PaymentError::Stale(_))
            | Self::Affiliate(AffiliateError::Db(_))
            | Self::Coupon(PromotionError::Db(_))
            | Self::Payout(PayoutError::Db(_) | PayoutError::Affiliate(AffiliateError::Db(_)))
            | Self::Greet(
                ReferralError::Db(_)
                | ReferralError::User(UserError::Db(_))
                | ReferralError::Affiliate(AffiliateError::Db(_)),
            )
            | Self::Place(
                PlaceOrderError::Db(_)
                | PlaceOrderError::Coupon(PromotionError::Db(_))
                | PlaceOrderError::Order(OrderError::Db(_) | OrderError::Stale(_)),
            ) => true,
            Self::Settle(error) | Self::Place(PlaceOrderError::Settle(error)) => error.is_passing(),
            Self::Send(
                SendError::Unreachable(_)
                | SendError::Markup(_)
                | SendError::NotEditable(_)
                | SendError::Refused { .. },
            )
            | Self::Order(_)
            | Self::Payment(_)
            | Self::User(_)
            | Self::Profile(_)
            | Self::Rating(_)
            | Self::Rewrite(_)
            | Self::Question(_)
            | Self::MayOrder(_)
            | Self::Affiliate(_)
            | Self::Coupon(_)
            | Self::Payout(_)
            | Self::Picture(_)
            | Self::Switch(_)
            | Self::AddStock(_)
            | Self::Broadcast(_)
            | Self::Coupons(_)
            | Self::Audit(_)
            | Self::Place(_)
            | Self::Greet(_)
            | Self::Inspect(_)
            | Self::Figures(_)
            | Self::Resend(_)
            | Self::ReportPage(_)
            | Self::Retry(_)
            | Self::Decide(_)
            | Self::Export(_)
            | Self::Json(_)
            | Self::UnreadableMoney
            | Self::Forget(_)
            | Self::Sealed(_) => false,
        }
    }

    /// The same of what buyers keep, take home, and say after the delivery.
    fn is_passing_for_a_buyer(&self) -> bool {
        matches!(
            self,
            Self::User(UserError::Db(_))
                | Self::Forget(
                    ForgetError::Db(_)
                        | ForgetError::Order(OrderError::Db(_) | OrderError::Stale(_))
                )
                | Self::Rating(RatingError::Db(_) | RatingError::Order(OrderError::Db(_)))
                | Self::ReportPage(PageError::Db(_) | PageError::Order(OrderError::Db(_)))
                | Self::Rewrite(RewriteError::Db(_) | RewriteError::Order(OrderError::Db(_)))
                | Self::MayOrder(
                    MayOrderError::Db(_) | MayOrderError::Capacity(CapacityError::Db(_)),
                )
                | Self::Question(
                    QuestionError::Db(_)
                        | QuestionError::Order(OrderError::Db(_))
                        | QuestionError::User(UserError::Db(_)),
                )
                | Self::Profile(ProfileError::Db(_) | ProfileError::User(UserError::Db(_)))
                | Self::Export(
                    ExportError::User(UserError::Db(_)) | ExportError::Order(OrderError::Db(_)),
                )
        )
    }

    /// The same of what operators change.
    fn is_passing_at_the_desk(&self) -> bool {
        matches!(
            self,
            Self::Audit(AuditError::Db(_))
                | Self::Resend(
                    ResendError::Db(_)
                        | ResendError::Audit(AuditError::Db(_))
                        | ResendError::Order(OrderError::Db(_) | OrderError::Stale(_)),
                )
                | Self::Retry(
                    RetryError::Db(_)
                        | RetryError::Audit(AuditError::Db(_))
                        | RetryError::Order(OrderError::Db(_) | OrderError::Stale(_)),
                )
                | Self::Decide(
                    DecideError::Db(_)
                        | DecideError::Audit(AuditError::Db(_))
                        | DecideError::Order(OrderError::Db(_) | OrderError::Stale(_)),
                )
                | Self::Coupons(
                    CouponsError::Db(_)
                        | CouponsError::Audit(AuditError::Db(_))
                        | CouponsError::Coupon(PromotionError::Db(_)),
                )
                | Self::Broadcast(
                    BroadcastError::Db(_)
                        | BroadcastError::Audit(AuditError::Db(_))
                        | BroadcastError::User(UserError::Db(_))
                        | BroadcastError::Order(OrderError::Db(_)),
                )
                | Self::AddStock(AddStockError::Db(_) | AddStockError::Audit(AuditError::Db(_)))
                | Self::Switch(
                    SwitchError::Db(_)
                        | SwitchError::Audit(AuditError::Db(_))
                        | SwitchError::User(UserError::Db(_)),
                )
        )
    }
}
