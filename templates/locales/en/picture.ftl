# What stands on pictures, in the PDF and on the report's page. Same rules as bot.ftl.

## Shared by chart, luck line, share card and PDF

picture-brand = Mingshu 命书
picture-seal = 命书之印
picture-chart-title = BaZi Chart
picture-luck-title = Luck Line
picture-god = God
picture-stem = Stem
picture-branch = Branch
picture-hidden = Hidden
picture-life = Stage
picture-void = Void
picture-nayin = Nayin
picture-stars = Stars
picture-year = Year
picture-month = Month
picture-day = Day
picture-hour = Hour
picture-self = Self
picture-hour-unknown = unknown
picture-elements = Five Elements
picture-elements-note = stems and hidden stems, weighed
picture-decades = Ten-Year Luck
picture-useful-line = What each year brings you
picture-years = The Years
picture-now = Now
picture-peak = best
picture-low = hardest
picture-with = with
picture-even = even
picture-against = against
picture-rule = The higher the line, the more the elements of that time are those your chart needs. It tells of elements only and is no forecast of good or bad fortune.
picture-disclaimer = Traditional culture, for entertainment and reflection

## The person and the chart

picture-subject = { $sex } · { $stem } { $element } · month of { $branch }
picture-male = Male
picture-female = Female
picture-solar = Born
picture-lunar = Lunar
picture-solar-time = Solar time
picture-notes = Note
picture-solar-date = { $year }-{ $month }-{ $day } { $time }
picture-leap = leap{ " " }
picture-time-unknown = hour unknown
picture-late-zi = late Zi
picture-double-hour = hour of { $branch }
picture-summer-time = { " " }(summer time)
picture-note-hour = hour unknown: three pillars, luck reckoned from noon
picture-note-boundary = born near a change of pillars: check the time
picture-strength = Self
picture-strong = strong
picture-weak = weak
picture-useful = Useful
picture-favourable = Good
picture-harmful = Avoid
picture-luck-start = begins at { $years }y { $months }m · { $way }
picture-forward = forward
picture-backward = backward

## Share card

picture-share-title = { $stem } { $element }
picture-scan = Scan to see your own chart

## Two people's charts

picture-first = You
picture-second = The other
picture-pair-title = Two Charts
picture-pair-between = Between you
picture-pair-elements = Five Elements
picture-pair-years = The next ten years
picture-pair-none = at peace
picture-pair-nothing = none
picture-pair-rule = With, even and against tell whether the elements of a year are those that each chart needs. They are no forecast of fortune and no score of the two of you.
picture-second-to-first = They are to you
picture-first-to-second = You are to them
picture-first-brings = You have, they lack
picture-second-brings = They have, you lack
picture-day-masters = Day masters
picture-spouse-palaces = Spouse seats
picture-zodiacs = Birth years
picture-bond = { $n ->
    [0] join
    [1] clash
    [2] combine
    [3] half triad
    [4] lean together
    [5] clash
    [6] harm
    [7] chafe
   *[8] alike
}
picture-bond-towards = { $bond }: { $element }
picture-share-pair-title = { $first } { $first_element } & { $second } { $second_element }
picture-pair-image = { $n ->
    [0] two trees of one kind · side by side
    [1] one feeds · one grows
    [2] one steers · one sails
    [3] one shapes · one is shaped
   *[4] one grows · one feeds
}
picture-pair-tags = { $n ->
    [0] kinship|side by side|give way
    [1] giving|delight|both ways
    [2] a view|a helping hand|room
    [3] friction|craft|kind words
   *[4] care|trust|thanks
}
picture-pair-verse = { $n ->
    [0] Like voices answer each other,|like breaths seek each other.
    [1] You gave me a peach;|I gave you jade in return.
    [2] Hand in hand,|one boat in wind and rain.
    [3] As bone is cut and filed,|as jade is carved and polished.
   *[4] You gave me a quince;|I gave you jade in return.
}

## PDF and page

picture-contents = Contents
picture-chapter = Chapter { $number }
picture-appendix = Pillars and Luck
picture-order = Order
picture-made = Written
picture-sample = Full BaZi Reading
picture-preface = Opening
picture-colophon = Chart calculated by program, text written by AI, for culture, entertainment and reflection.

## Stems, branches, gods, stages, nayin (by number)

picture-element = { $n ->
    [0] Wood
    [1] Fire
    [2] Earth
    [3] Metal
   *[4] Water
}
picture-stem-name = { $n ->
    [0] Jia
    [1] Yi
    [2] Bing
    [3] Ding
    [4] Wu
    [5] Ji
    [6] Geng
    [7] Xin
    [8] Ren
   *[9] Gui
}
picture-branch-name = { $n ->
    [0] Zi Rat
    [1] Chou Ox
    [2] Yin Tiger
    [3] Mao Rabbit
    [4] Chen Dragon
    [5] Si Snake
    [6] Wu Horse
    [7] Wei Goat
    [8] Shen Monkey
    [9] You Rooster
    [10] Xu Dog
   *[11] Hai Pig
}
picture-ten-god = { $n ->
    [0] Friend
    [1] Rival
    [2] Eating God
    [3] Hurting Off.
    [4] Ind. Wealth
    [5] Dir. Wealth
    [6] 7 Killings
    [7] Dir. Officer
    [8] Ind. Seal
   *[9] Dir. Seal
}
picture-life-stage = { $n ->
    [0] Birth
    [1] Bath
    [2] Capping
    [3] Office
    [4] Peak
    [5] Decline
    [6] Illness
    [7] Death
    [8] Tomb
    [9] Ending
    [10] Womb
   *[11] Nurture
}
picture-nayin-name = { $n ->
    [0] Sea gold
    [1] Furnace fire
    [2] Forest wood
    [3] Roadside earth
    [4] Blade gold
    [5] Hilltop fire
    [6] Stream water
    [7] Rampart earth
    [8] Wax gold
    [9] Willow wood
    [10] Spring water
    [11] Rooftop earth
    [12] Thunder fire
    [13] Pine wood
    [14] River water
    [15] Sand gold
    [16] Foothill fire
    [17] Plain wood
    [18] Wall earth
    [19] Leaf gold
    [20] Lamp fire
    [21] Milky Way
    [22] Post-road earth
    [23] Hairpin gold
    [24] Mulberry wood
    [25] Creek water
    [26] Sand earth
    [27] Sky fire
    [28] Pomegranate wood
   *[29] Ocean water
}

## The ten day masters: image, tags, lines after the Di Tian Sui

picture-image = { $n ->
    [0] the tall tree · upright and growing
    [1] the vine and flower · gentle, unstoppable
    [2] the sun · open, warm, generous
    [3] the lamp · quiet, precise, loyal
    [4] the mountain · steady and true
    [5] the garden · patient, nourishing
    [6] the blade · direct and brave
    [7] the jewel · refined and exact
    [8] the great river · wide and free
   *[9] dew and spring · soft and clear
}
picture-tags = { $n ->
    [0] Upright|Ambitious|Trusted
    [1] Supple|Sensitive|Resourceful
    [2] Warm|Candid|Inspiring
    [3] Focused|Caring|Perceptive
    [4] Steady|Faithful|Dependable
    [5] Patient|Practical|Thoughtful
    [6] Decisive|Fair|Bold
    [7] Refined|Disciplined|Exact
    [8] Open|Quick|Adaptable
   *[9] Intuitive|Kind|Deep
}
picture-verse = { $n ->
    [0] Jia rises to the sky;|to come into its own it asks for fire.
    [1] Yi is soft, and yet|it carves the goat and undoes the ox.
    [2] Bing is fierce: it shames the frost|and puts the snow to rout.
    [3] Ding is mild and clear within;|its light is quiet and it keeps faith.
    [4] Wu is firm and heavy,|centred and upright; all things live by it.
    [5] Ji is low and moist and keeps what it is given;|it fears neither wood nor flood.
    [6] Geng is the strongest of all:|water makes it clear, fire makes it keen.
    [7] Xin is tender, warm and pure;|it shrinks from earth and delights in water.
    [8] Ren runs with the river;|strong at heart, it flows and never stalls.
   *[9] Gui is the weakest, and it reaches heaven;|with the dragon it works wonders.
}
