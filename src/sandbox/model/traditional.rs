//! The sandbox's texts in traditional characters, as they are used in Taiwan. Only the characters and
//! words that those texts hold.

/// Characters by lines, and below, at the same places, what they become.
const SIMPLIFIED: &[&str] = &[
    "万与专业东两严个临为举么义乐乔习书乱争于亏云产亲仅从仓们价众伙会伞传伤体",
    "余侣储关兴养内写农冲决况净准凉减几划则刚创别剑办务动劲劳势医华协单卖却历",
    "压厌参双发变台号后听咨响团园围圆场坏块垫声处备复够头夹娱学宁宝实审宫宽对",
    "尔尽层属岁岗布师带帮并广应开张弥弯强归当录忧态总恳恼惯愿战户托执扩护报担",
    "择挣挥换据揽撑攒敌敛数断无旧时显晒暂术机杀杂权条来松极构标栏样桥楼槛橹欢",
    "气没泄泼泽洁浅润涨渐温游湾满滩潜灯灵点炼烛烦热爱牵状独环现电畅畴疗盘着瞒",
    "矿离种积稳穷竞笔签简类系紧约级纸纹线练组细终绊经结绕给络绝统继绪续绷综绿",
    "缓缘缝网职联聪肤肾胆胜脉脚腻腾艺节范荐荡荫药获萝营虑补见规视览觉触计订认",
    "讨让议讯记讲许论设证识词试诚话询该详语误说请诺读课谁调谈负财责账质贪贴贵",
    "贷贸费资赋赏跃车转轮轰轻较辈输辞边达迁过运还这进远连迟适选递释里针钟钥钱",
    "钻铺链销锋锐错锤键锻镜长门问闲间闷阅阔队阳阶际险随难雾静页顶项顺须顾顿预",
    "领题额风饭饮饰马验齐丢买仪债倾儿刹厉厨吗员图墙奖将恋惊抢拢挤摊树档检泪犹",
    "画盏码礼秘笼粮纪纯绩编罗罢胶脑脸虚装诀评诉谢败货购贱赌赖赛赢赶软邻铃闹阵",
    "颜飘鲜龙夸尝摆挂确汇占彻",
];
const TRADITIONAL: &[&str] = &[
    "萬與專業東兩嚴個臨為舉麼義樂喬習書亂爭於虧雲產親僅從倉們價眾夥會傘傳傷體",
    "餘侶儲關興養內寫農沖決況淨準涼減幾劃則剛創別劍辦務動勁勞勢醫華協單賣卻歷",
    "壓厭參雙發變臺號後聽諮響團園圍圓場壞塊墊聲處備覆夠頭夾娛學寧寶實審宮寬對",
    "爾儘層屬歲崗佈師帶幫並廣應開張彌彎強歸當錄憂態總懇惱慣願戰戶託執擴護報擔",
    "擇掙揮換據攬撐攢敵斂數斷無舊時顯曬暫術機殺雜權條來鬆極構標欄樣橋樓檻櫓歡",
    "氣沒洩潑澤潔淺潤漲漸溫遊灣滿灘潛燈靈點鍊燭煩熱愛牽狀獨環現電暢疇療盤著瞞",
    "礦離種積穩窮競筆籤簡類係緊約級紙紋線練組細終絆經結繞給絡絕統繼緒續繃綜綠",
    "緩緣縫網職聯聰膚腎膽勝脈腳膩騰藝節範薦蕩廕藥穫蘿營慮補見規視覽覺觸計訂認",
    "討讓議訊記講許論設證識詞試誠話詢該詳語誤說請諾讀課誰調談負財責賬質貪貼貴",
    "貸貿費資賦賞躍車轉輪轟輕較輩輸辭邊達遷過運還這進遠連遲適選遞釋裡針鐘鑰錢",
    "鑽鋪鏈銷鋒銳錯錘鍵鍛鏡長門問閒間悶閱闊隊陽階際險隨難霧靜頁頂項順須顧頓預",
    "領題額風飯飲飾馬驗齊丟買儀債傾兒剎厲廚嗎員圖牆獎將戀驚搶攏擠攤樹檔檢淚猶",
    "畫盞碼禮祕籠糧紀純績編羅罷膠腦臉虛裝訣評訴謝敗貨購賤賭賴賽贏趕軟鄰鈴鬧陣",
    "顏飄鮮龍誇嘗擺掛確匯佔徹",
];

/// Words in which a character becomes another one than elsewhere.
const WORDS: [(&str, &str); 24] = [
    ("牵系", "牽繫"),
    ("联系", "聯繫"),
    ("单干", "單幹"),
    ("干燥", "乾燥"),
    ("干净", "乾淨"),
    ("扎实", "紮實"),
    ("一并", "一併"),
    ("每周", "每週"),
    ("三周", "三週"),
    ("重复", "重複"),
    ("修复", "修復"),
    ("精致", "精緻"),
    ("取舍", "取捨"),
    ("冲动", "衝動"),
    ("干活", "幹活"),
    ("埋头干", "埋頭幹"),
    ("干成", "幹成"),
    ("干粮", "乾糧"),
    ("能干", "能幹"),
    ("一只会", "一隻會"),
    ("独斗", "獨鬥"),
    ("采购", "採購"),
    ("一周", "一週"),
    ("第四周", "第四週"),
];

/// The text in traditional characters.
pub(super) fn written(text: &str) -> String {
    let mut text = text.to_owned();
    for (simplified, traditional) in WORDS {
        text = text.replace(simplified, traditional);
    }
    text.chars().map(character).collect()
}

fn character(letter: char) -> char {
    match letter {
        '“' => return '「',
        '”' => return '」',
        _ => {}
    }
    let all = |lines: &'static [&'static str]| lines.iter().flat_map(|line| line.chars());
    let pair = all(SIMPLIFIED).zip(all(TRADITIONAL)).find(|(simplified, _)| *simplified == letter);
    pair.map_or(letter, |(_, traditional)| traditional)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_traditional() {
        let text = "“财星”有气，关系稳；每周联系，子丑相合，单干与干支。";
        let expected = "「財星」有氣，關係穩；每週聯繫，子丑相合，單幹與干支。";
        assert_eq!(written(text), expected);
    }

    #[test]
    fn the_two_lists_have_the_same_length_and_nothing_stands_for_itself() {
        let count = |lines: &[&str]| lines.iter().map(|line| line.chars().count()).sum::<usize>();
        assert_eq!(count(SIMPLIFIED), count(TRADITIONAL));
        let twice = |letter: char| character(character(letter)) == character(letter);
        assert!(SIMPLIFIED.iter().flat_map(|line| line.chars()).all(twice));
    }
}
