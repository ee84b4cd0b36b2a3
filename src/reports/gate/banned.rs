//! What no report may say, whatever the chart: death, diseases, sure money, numbers to bet on,
//! curses, rituals for sale, verdicts over people, and the machine's own affairs.

use regex::Regex;

use super::finding::{Code, Finding};
use super::plain::Sentence;

const PATTERNS: [(Code, &str); 38] = [
    (
        Code::Death,
        r"\d{4}年[^。，]{0,14}(?:去世|离世|过世|身亡|丧命|死亡|辞世)|(?:你|您)(?:的)?(?:寿命|寿数|阳寿|寿元|死期)|活(?:到|不过|至)[\d一二三四五六七八九十百]{1,4}多?岁|短命|命不久|大限(?:在|将|之年|是|为|就|已)|寿终|阳寿",
    ),
    (
        Code::Death,
        r"(?:会|将|恐|要|必|难免)(?:在|于)?[^，。]{0,10}(?:去世|离世|过世|身亡|丧命|夭折|早逝|死去|死亡|死于)",
    ),
    (
        Code::Death,
        r"(?i)\b(?:you|he|she|(?:father|mother|husband|wife|partner|child|parents?)) (?:will|may|is going to|are going to|could) (?:die|pass away|not live)|your (?:death|lifespan|life expectancy|time of death)|live (?:to be|until|to the age of|to) (?:about |around )?\d|die (?:at|in|before|around) (?:the age|age|\d)|years? of your death",
    ),
    (
        Code::Diagnosis,
        "(?:患有|患上|罹患|得了|会得|易得|必得|将得|查出|确诊为?|诊断为|身患|得上)[^，。]{0,8}(?:癌|糖尿病|高血压|心脏病|抑郁症|焦虑症|肝炎|肾病|肾炎|胃炎|胃病|胃溃疡|中风|白血病|肿瘤|结石|不孕|哮喘|关节炎|冠心病|脑梗|甲亢|病)",
    ),
    (
        Code::Diagnosis,
        "(?:你|您|会|将|易|恐|有)[^，。]{0,10}(?:癌症|肝癌|胃癌|肺癌|乳腺癌|肠癌|糖尿病|高血压|心脏病|抑郁症|焦虑症|白血病|脑梗|冠心病|不孕症|不孕不育|尿毒症|肝硬化)",
    ),
    (
        Code::Diagnosis,
        "停药|停用[^，。]{0,6}药|服用[^，。]{0,8}(?:药|片|胶囊)|(?:降压药|安眠药|抗抑郁药|止痛药|激素)|药量",
    ),
    (
        Code::Diagnosis,
        r"(?i)\byou (?:probably |already |likely |may |will )*(?:have|suffer from|get|develop|are diagnosed with|are suffering from) [^.,]{0,24}(?:cancer|diabetes|hypertension|depression|heart disease|tumou?r|hepatitis|arthritis|asthma|stroke|infertil|bipolar|adhd|ulcer|kidney disease)|\b(?:stop|start|keep) taking (?:your|the) |\d+ ?mg\b|\bmedication|antidepressant",
    ),
    (
        Code::Promise,
        "(?:保证|确保|担保|包|包管)(?:你|您)?[^，。]{0,8}(?:收益|回报|赚|盈利|发财|升职|成功|翻倍|考上|暴富|中奖)|稳赚|必赚|只赚不赔|包赚|必定发财|一定(?:会|能|可以)?(?:发财|暴富|赚|升职|升官|中奖|大富)|必(?:发大财|发财|升官|暴富|成富翁)|百分之百(?:会|能|成功)|100%(?:会|能|成功|准)",
    ),
    (
        Code::Promise,
        r"(?:赚|进账|入账|收入|收益|获利|财产|身家|年薪|月入|年入|月薪|利润|得到|获得|继承|存款)[^，。]{0,8}[\d一二三四五六七八九十百千两]+(?:\.\d+)?\s*(?:万|亿|千元|元|块|百万|千万)",
    ),
    (
        Code::Promise,
        r"(?:年化|收益率|回报率|回报|涨幅|收益|利息)[^，。]{0,6}[\d一二三四五六七八九十]+(?:\.\d+)?\s*(?:%|倍)",
    ),
    (
        Code::Promise,
        r"(?i)\bguarantee[sd]? [^.]{0,30}(?:return|profit|income|success|win|promotion|money|rich)|\b(?:earn|make|receive|win|gain|inherit|income of|salary of|collect) [^.]{0,20}(?:\$|usd|eur|rmb|¥|€|£)\s?\d|\d+ ?% (?:return|profit|interest|per year|a year)|\b(?:return|profit)s? of (?:\w+ )?\d+ ?%|you will (?:certainly|definitely|surely) (?:get|become|be|win|earn|succeed|make)|you will [^.]{0,20}(?:millionaire|million)",
    ),
    (
        Code::Lottery,
        r"(?:彩票|双色球|大乐透|六合彩|乐透|刮刮乐)[^。]{0,12}(?:号码|号|选|买|下注|投注|中)|幸运(?:号码|数字)[^。]{0,8}[\d一二三四五六七八九]|(?:买入|重仓|抄底|满仓|全仓|加仓)[^，。]{0,12}(?:股|币|基金|茅台)|(?:比特币|以太坊|茅台|特斯拉)[^，。]{0,8}(?:买|涨|入手|满仓)|(?:买|入手|囤)[^，。]{0,6}(?:比特币|以太坊|股票|虚拟币)",
    ),
    (
        Code::Lottery,
        r"(?i)\blottery|lucky numbers? (?:are|is)|\b(?:buy|sell|short) (?:bitcoin|ethereum|tesla|gold|stocks?|shares|crypto)|put (?:all )?(?:of )?your (?:money|savings) (?:in|into)",
    ),
    (
        Code::Curse,
        "血光之灾|灭顶之灾|牢狱之灾|杀身之祸|断子绝孙|家破人亡|(?:必有|定有|恐有|难逃|会有|将有|将遭|遭遇|必遭|大祸|有)[^，。]{0,6}(?:大祸|横祸|灾祸|大难|车祸|劫难|血光|劫数)|克(?:夫|妻|父|母|子)|(?:孤独|孤苦)终老|扫把星|天煞孤星|天杀孤星|厄运(?:缠身|难逃|临头)|遭报应|犯太岁|大凶|不得好死|(?:命中|命里)?注定(?:会|要|是)?(?:失败|孤独|孤苦|贫穷|穷|离婚|没有|破产|无子|坎坷)|诅咒",
    ),
    (
        Code::Curse,
        r"(?i)\bcurse|\bdoomed\b|\b(?:disaster|calamity|misfortune|tragedy) (?:will|awaits|is coming|strikes)|\bbloodshed|\bdestined to (?:fail|be alone|divorce|suffer|lose|be poor)|\bbad luck (?:will )?(?:follow|haunt)|\bfatal (?:accident|year|clash)|\bjinx",
    ),
    (
        Code::Upsell,
        "(?:做|办|请|订|购买|购|买|求|佩戴|戴|烧)(?:一|几|个|场|枚|串|道|张|些|块|只|上|次|件|条|这|款)*[^，。]{0,6}(?:法事|道场|超度|符咒|灵符|平安符|太岁符|化煞|转运珠|转运|开光|手串|貔貅|护身符|本命佛|吊坠|水晶|法器)|(?:付费|收费|花钱|有偿|费用)[^，。]{0,4}化解|化解(?:服务|费用|套餐|仪式|方案需)|(?:加|添加)(?:我|我们|老师|大师|客服)?(?:的)?(?:微信|QQ|VX|vx|电话)|联系(?:我|我们|大师|老师|客服|本店)|扫码(?:添加|咨询|加|领取|进群|下单)|请扫码|转账|打款|限时优惠|(?:大师|师父|法师|道长)[^，。]{0,6}(?:化解|改运|作法)|改运(?:法|仪式|套餐|服务)",
    ),
    (
        Code::Upsell,
        r"(?i)\b(?:buy|purchase|order|wear|get) (?:a |an |our |this |the |one of our )?(?:\w+ ){0,2}(?:talismans?|amulets?|charms?|crystals?|bracelets?|rituals?|pendants?)|\b(?:perform|book|commission|arrange|pay for) (?:a |an |our )?(?:\w+ )?(?:ritual|ceremony|cleansing|remedy)|\bcontact (?:me|us|our master)|\bwhatsapp|limited(?:-time)? offer|\bour master can",
    ),
    (
        Code::Verdict,
        "(?:应该|应当|必须|赶紧|赶快|马上|立刻|尽快|建议你|建议您|最好|就该|不如)[^，。]{0,4}(?:离婚|分手|辞职|裸辞|断绝关系|断绝往来)|(?:会|将|必|必定|必然|一定|注定)(?:会)?(?:在[^，。]{0,8})?(?:离婚|出轨|背叛|再婚|败诉|胜诉|落榜|考上|坐牢|入狱|流产|破产|离你而去)|(?:怀的|胎儿|头胎|第一胎|腹中)[^，。]{0,6}(?:男孩|女孩|儿子|女儿|是男|是女)|(?:会|将|必|一定)(?:先)?(?:生|得|怀)(?:一个|个)?(?:男孩|女孩|儿子|女儿|男胎|女胎)",
    ),
    (
        Code::Verdict,
        r"(?i)\byou (?:should|must|need to|have to|ought to) (?:divorce|leave (?:him|her|your (?:husband|wife|partner|spouse))|quit your job|resign|break up|cut off)|\bwill (?:divorce|cheat on|betray|leave|abandon) you|\byou will (?:divorce|get divorced|lose (?:the|your) (?:case|lawsuit|trial)|win (?:the|your) (?:case|lawsuit|trial)|pass the exam|fail the exam|go to prison|go bankrupt|have a (?:boy|girl|son|daughter))|(?:baby|child|first-?born) will be a (?:boy|girl)|your (?:husband|wife|partner) (?:will|is) (?:cheat|unfaithful|betray)",
    ),
    (
        Code::Machine,
        "作为(?:一个|一名|一款|一位)?(?:AI|人工智能|语言模型|大语言模型|大模型|智能助手|聊天机器人)|我是(?:一个|一名|由)?(?:AI|人工智能|语言模型|智能助手|DeepSeek)|(?:AI|人工智能|语言模型|大模型)(?:生成|无法|不能|撰写|助手)",
    ),
    (
        Code::Machine,
        r"(?i)\bas an? (?:ai|artificial|language model|large language)|\bi(?:'m| am) an? (?:ai\b|language model|assistant)|deepseek|chatgpt|openai|language model",
    ),
    (
        Code::Refusal,
        "(?:抱歉|对不起|很遗憾|不好意思)[^。]{0,14}(?:无法|不能|没办法)|我(?:无法|不能|没办法)(?:提供|回答|完成|继续|满足|撰写|给出|协助)",
    ),
    (
        Code::Refusal,
        r"(?i)\bi(?:'m| am) (?:sorry|unable|afraid i)|\bi (?:cannot|can't|can not|won't) (?:help|provide|continue|assist|comply|write|answer|fulfil|complete)",
    ),
    (
        Code::Prompt,
        r"(?i)\bjson\b|</?buyer>|系统提示|提示词|min_characters|\bsystem (?:prompt|message)|\bprompt\b",
    ),
    (
        Code::Prompt,
        "(?:根据|按照)(?:你|您|用户)?(?:所)?(?:提供|给出|给定)的(?:数据|资料|信息|命盘数据|事实)|数据(?:中|里)?(?:显示|给出|列出|没有给)|字段|字数(?:要求|已|约)|(?:按|按照|遵照|根据)(?:以上|上述)?要求(?:撰写|写|完成|输出|生成)|全文(?:约|共)?\\d+字",
    ),
    (
        Code::Prompt,
        r"(?i)\bthe (?:data|facts) (?:shows?|says?|provided|given|lists?)|\b(?:my|your|the) instructions|\bword count|\bas (?:you )?requested",
    ),
    (
        Code::Placeholder,
        r"\{\{|\}\}|\{%|\[(?:姓名|名字|此处|插入|年份|Name|name|INSERT|Insert|insert|TODO|Your)[^\]]*\]|TODO|FIXME|待补充|此处省略|(?:略去|省略)(?:若干|部分)|未完待续|lorem ipsum|____|XX+|xx年|某某",
    ),
    (
        Code::Placeholder,
        r"(?i)\bto be continued|\(omitted\)|\bplaceholder|\bTBD\b|\bundefined\b|\bnull\b|\bNaN\b",
    ),
    (
        Code::Preamble,
        "^(?:好的|没问题|当然可以|以下是|下面是|下面为|我来为|让我们来|遵命|明白了|收到)",
    ),
    (
        Code::Preamble,
        r"^(?i)(?:sure|certainly|of course|absolutely|okay|great|here is|here's|below is|thank you for)\b",
    ),
    (
        Code::Upsell,
        "(?:我们|本店|老师)(?:的)?(?:高级|深度|终身|私人)?(?:服务|套餐|课程|会员)[^，。]{0,8}(?:购买|下单|优惠|升级|报名)|(?:购买|下单|升级|报名)[^，。]{0,6}(?:套餐|课程|会员|服务|高级版)",
    ),
    (
        Code::Upsell,
        r"(?i)\b(?:upgrade to|subscribe to|sign up for) (?:our|the) (?:premium|full|paid)",
    ),
    (
        Code::Curse,
        "(?:一辈子|一生|永远)(?:都)?(?:不会|没有|难以|无法)(?:幸福|翻身|出头|成功|好运|有钱|结婚)",
    ),
    (
        Code::Curse,
        r"(?i)\byou will (?:never|always) (?:be happy|find love|succeed|be poor|be alone|suffer|marry)",
    ),
    (Code::Lottery, r"(?:买|押|选)[^，。]{0,6}(?:\d{1,2}[、,，\s]){2,}\d{1,2}"),
    (
        Code::Diagnosis,
        "(?:治好|根治|治愈)(?:你|您|了)?[^，。]{0,6}(?:病|症)|(?:不用|不必|无需|别)(?:去)?(?:看医生|就医|去医院)",
    ),
    (
        Code::Diagnosis,
        r"(?i)\b(?:no need to|do not|don't) (?:see|visit) a doctor|\bcures? (?:your|the) (?:illness|disease)",
    ),
    (
        Code::Verdict,
        "(?:他|她|对方|伴侣|丈夫|妻子|老公|老婆|先生|太太)(?:已经|正在|一定|必然|肯定|就是)?(?:会|在)?(?:出轨|背叛你|外面有人|有外遇|不忠)",
    ),
];

/// Words before a claim, in its clause, that turn it round.
const NOT: [&str; 44] = [
    "不预测",
    "不作",
    "不做",
    "不写",
    "不谈",
    "不会",
    "不能",
    "不可",
    "不必",
    "不要",
    "不是",
    "不建议",
    "不保证",
    "不等于",
    "不代表",
    "不该",
    "不宜",
    "不推荐",
    "不应",
    "不去",
    "不一定",
    "不意味",
    "不涉及",
    "不讨论",
    "不说",
    "不用",
    "没有",
    "没人",
    "并非",
    "而非",
    "无法",
    "无人",
    "无关",
    "勿",
    "请别",
    "别去",
    "避免",
    "拒绝",
    "谁也",
    "任何人",
    "切莫",
    "警惕",
    "从不",
    "绝不",
];
/// Words after it that dismiss it.
const DISMISSED: [&str; 10] = [
    "的说法",
    "之说",
    "不可信",
    "不必当真",
    "没有根据",
    "无稽",
    "迷信",
    "请照常看医生",
    "这类话",
    "一类的话",
];
const NOT_ENGLISH: [&str; 19] = [
    "no ",
    "not ",
    "never ",
    "nobody ",
    "cannot ",
    "can't ",
    "don't ",
    "doesn't ",
    "without ",
    "none ",
    "nor ",
    "neither ",
    "avoid ",
    "isn't ",
    "won't ",
    "refuse",
    "nothing ",
    "hardly ",
    "rather than ",
];

/// The patterns, ready for use.
pub(super) struct Banned(Vec<(Code, Regex)>);

impl Banned {
    pub(super) fn try_new() -> Result<Self, regex::Error> {
        let patterns = PATTERNS.iter().map(|(code, pattern)| Ok((*code, Regex::new(pattern)?)));
        Ok(Self(patterns.collect::<Result<_, _>>()?))
    }

    pub(super) fn find(&self, sentences: &[Sentence]) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (place, sentence) in sentences.iter().enumerate() {
            for (code, pattern) in &self.0 {
                if *code == Code::Preamble && place > 0 {
                    continue;
                }
                let found = pattern.find_iter(&sentence.read).find(|found| {
                    !can_be_denied(*code) || !is_denied(&sentence.read, found.range())
                });
                if let Some(found) = found {
                    let excerpt = sentence.excerpt(found.range());
                    findings.push(Finding::new(*code, excerpt, String::new()));
                }
            }
        }
        findings
    }
}

/// "As an AI I cannot" is not made better by its "not".
fn can_be_denied(code: Code) -> bool {
    !matches!(
        code,
        Code::Machine | Code::Refusal | Code::Prompt | Code::Placeholder | Code::Preamble
    )
}

fn is_denied(read: &str, found: std::ops::Range<usize>) -> bool {
    let before = read.get(..found.start).unwrap_or_default();
    let clause = before.rsplit(['，', '。', '；', '：', ',', ';']).next().unwrap_or(before);
    let inside = read.get(found.clone()).unwrap_or_default();
    let after = read.get(found.end..).unwrap_or_default();
    let near = clause.to_ascii_lowercase();
    // The words of the pattern itself may begin with a denial, such as 不用看医生.
    let own: String = inside.chars().skip(2).collect();
    NOT.iter().any(|word| clause.contains(word) || own.contains(word))
        || NOT_ENGLISH
            .iter()
            .any(|word| near.starts_with(word) || near.contains(&format!(" {word}")))
        || DISMISSED.iter().any(|word| after.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::gate::plain::sentences;

    fn codes(text: &str) -> Vec<&'static str> {
        let banned = Banned::try_new().unwrap();
        banned.find(&sentences(text)).iter().map(|finding| finding.code.as_str()).collect()
    }

    #[test]
    fn what_is_banned_is_found_and_its_denial_is_not() {
        assert_eq!(codes("你会在2031年去世。"), ["death", "death"]);
        assert!(codes("命理不预测你的寿命，也不作疾病的诊断。").is_empty());
        assert_eq!(codes("明年稳赚不赔。"), ["promise"]);
        assert!(codes("没有什么投资稳赚不赔。").is_empty());
        assert!(codes("保证睡眠，比什么都要紧。").is_empty());
        assert_eq!(codes("As an AI I cannot say."), ["machine"]);
        assert!(codes("A missing link is no curse.").is_empty());
        assert_eq!(codes("You will certainly become rich."), ["promise"]);
    }
}
