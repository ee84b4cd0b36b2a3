"""Makes china.tsv, world.tsv and traditional.tsv of this folder from two MIT-licensed tables.

    pip install pypinyin==0.55.0 opencc==1.4.2
    pip download --no-deps cpca==0.5.5 && unzip cpca-*.whl -d cpca
    npm pack city-timezones@1.3.4 && tar xzf city-timezones-*.tgz
    python3 make.py cpca/cpca/resources/adcodes.csv package/data/cityMap.json chinese_names.tsv
"""

import csv
import json
import re
import sys

from opencc import OpenCC
from pypinyin import lazy_pinyin

SUFFIX = re.compile(
    r"(特别行政区|[^省市县区]{1,12}族自治[州县旗]|自治[州县旗]|地区|林区|矿区|新区|[省市县区盟州旗])$"
)
# The smallest foreign city that is listed by its English name alone.
MIN_POPULATION = 50_000


def short(name):
    cut = SUFFIX.sub("", name)
    return cut if len(cut) >= 2 else name


def china(path):
    rows = {row["adcode"][:6]: row for row in csv.DictReader(open(path, encoding="utf-8"))}
    places = []
    for code, row in rows.items():
        province = rows[code[:2] + "0000"]["name"]
        city = rows.get(code[:4] + "00", {}).get("name", "")
        name = row["name"]
        municipality = province in ("北京市", "天津市", "上海市", "重庆市")
        special = province.endswith("特别行政区")
        if "直辖" in name or name in ("市辖区", "县") or code.startswith("71"):
            continue
        if code.endswith("0000") and not (municipality or special):
            continue
        # A division without coordinates takes those of the city that it belongs to.
        longitude = row["longitude"] or rows.get(code[:4] + "00", {}).get("longitude")
        if not longitude:
            continue
        level = 0 if code.endswith("0000") else 1 if code.endswith("00") else 2
        parts = [] if level == 0 else [province]
        if level == 2 and city and "直辖" not in city and city not in ("市辖区", "县"):
            parts.append(city)
        zone = {"81": "Asia/Hong_Kong", "82": "Asia/Macau"}.get(code[:2], "")
        name = name.removesuffix("特别行政区")
        pinyin = " ".join(lazy_pinyin(short(name)))
        places.append((level, code, [name, "".join(parts), pinyin, f"{float(longitude):.2f}", zone]))
    return [place for _, _, place in sorted(places)]


def world(path, names_path):
    names = {}
    for line in open(names_path, encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            key, chinese, country = line.rstrip("\n").split("\t")
            names[key] = (chinese, country)
    cities = [city for city in json.load(open(path, encoding="utf-8")) if city["timezone"]]
    cities.sort(key=lambda city: -city["pop"])
    places = []
    for city in cities:
        english = city["city_ascii"].strip()
        key = f"{english},{city['iso2']}"
        if city["iso2"] in ("CN", "HK", "MO"):
            continue
        # Of several cities with one name the largest, which comes first, has the Chinese name.
        chinese, country = names.pop(key, ("", city["country"]))
        if not chinese and city["pop"] < MIN_POPULATION:
            continue
        province = (city.get("province") or "").strip()
        alone = chinese or not province or province == english
        region = country if alone else f"{province}, {country}"
        region = region.replace("United States of America", "USA").replace("United Kingdom", "UK")
        places.append([english, chinese, region, f"{city['lng']:.2f}", city["timezone"]])
    if names:
        sys.exit(f"not in the table: {sorted(names)}")
    return places


def traditional(china, world):
    # 臺 is right in names of Taiwan's offices; people write 台.
    convert = OpenCC("s2tw").convert
    names = {text for row in china for text in row[:2]} | {text for row in world for text in row[1:3]}
    pairs = [[name, convert(name).replace("臺", "台")] for name in sorted(names)]
    return [pair for pair in pairs if pair[0] != pair[1]]


def write(path, places):
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        out.writelines("\t".join(place) + "\n" for place in places)


if __name__ == "__main__":
    in_china, abroad = china(sys.argv[1]), world(sys.argv[2], sys.argv[3])
    write("china.tsv", in_china)
    write("world.tsv", abroad)
    write("traditional.tsv", traditional(in_china, abroad))
