# SPDX-FileCopyrightText: String-Latin, "DIN-91379-Characters-and-Sequences"
# SPDX-License-Identifier: CC-BY-4.0
"""The characters of DIN 91379:2022-08, data type C, beyond printable ASCII, which the norm contains whole.

Taken from the published list (version 1.3) and changed in form only: letters and signs in one string, sequences of a
letter with combining marks in a tuple. Tab and carriage return belong to data type C, but not into our files: they are
left out here on purpose. Line feed is left to the reader, which knows where it is allowed.
"""

SINGLE_CHARACTERS = (
    "\u00a0¡¢£¤¥¦§¨©ª«¬®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜ"
    "ÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿĀāĂăĄąĆćĈĉĊċČčĎďĐđĒēĔĕĖėĘ"
    "ęĚěĜĝĞğĠġĢģĤĥĦħĨĩĪīĬĭĮįİıĲĳĴĵĶķĸĹĺĻļĽľĿŀŁłŃńŅņŇňŉŊŋŌōŎŏŐőŒœŔ"
    "ŕŖŗŘřŚśŜŝŞşŠšŢţŤťŦŧŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽžƇƈƏƗƠơƯưƷǍǎǏǐǑǒǓǔǕ"
    "ǖǗǘǙǚǛǜǞǟǢǣǤǥǦǧǨǩǪǫǬǭǮǯǰǴǵǸǹǺǻǼǽǾǿȒȓȘșȚțȞȟȧȨȩȪȫȬȭȮȯȰȱȲȳəɨʒʹʺ"
    "ʾʿˈˌḂḃḆḇḊḋḌḍḎḏḐḑḗḜḝḞḟḠḡḢḣḤḥḦḧḨḩḪḫḯḰḱḲḳḴḵḶḷḺḻṀṁṂṃṄṅṆṇṈṉṒṓṔṕṖṗ"
    "ṘṙṚṛṞṟṠṡṢṣṪṫṬṭṮṯẀẁẂẃẄẅẆẇẌẍẎẏẐẑẒẓẔẕẖẗẞẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶ"
    "ặẸẹẺẻẼẽẾếỀềỂểỄễỆệỈỉỊịỌọỎỏỐốỒồỔổỖỗỘộỚớỜờỞởỠỡỢợỤụỦủỨứỪừỬửỮữỰựỲ"
    "ỳỴỵỶỷỸỹ’‡€"
)

# written as escapes: fonts and editors show free combining marks at the neighbour or not at all
SEQUENCES = (
    "A\u030b", "C\u0300", "C\u0304", "C\u0306", "C\u0308", "C\u0315", "C\u0323", "C\u0326", "C\u0328\u0306",
    "D\u0302", "F\u0300", "F\u0304", "G\u0300", "H\u0304", "H\u0326", "H\u0331", "J\u0301", "J\u030c", "K\u0300",
    "K\u0302", "K\u0304", "K\u0307", "K\u0315", "K\u031b", "K\u0326", "K\u035fH", "K\u035fh", "L\u0302", "L\u0325",
    "L\u0325\u0304", "L\u0326", "M\u0300", "M\u0302", "M\u0306", "M\u0310", "N\u0302", "N\u0304", "N\u0306",
    "N\u0326", "P\u0300", "P\u0304", "P\u0315", "P\u0323", "R\u0306", "R\u0325", "R\u0325\u0304", "S\u0300",
    "S\u0304", "S\u031b\u0304", "S\u0331", "T\u0300", "T\u0304", "T\u0308", "T\u0315", "T\u031b", "U\u0307",
    "Z\u0300", "Z\u0304", "Z\u0306", "Z\u0308", "Z\u0327", "a\u030b", "c\u0300", "c\u0304", "c\u0306", "c\u0308",
    "c\u0315", "c\u0323", "c\u0326", "c\u0328\u0306", "d\u0302", "f\u0300", "f\u0304", "g\u0300", "h\u0304",
    "h\u0326", "j\u0301", "k\u0300", "k\u0302", "k\u0304", "k\u0307", "k\u0315", "k\u031b", "k\u0326", "k\u035fh",
    "l\u0302", "l\u0325", "l\u0325\u0304", "l\u0326", "m\u0300", "m\u0302", "m\u0306", "m\u0310", "n\u0302",
    "n\u0304", "n\u0306", "n\u0326", "p\u0300", "p\u0304", "p\u0315", "p\u0323", "r\u0306", "r\u0325",
    "r\u0325\u0304", "s\u0300", "s\u0304", "s\u031b\u0304", "s\u0331", "t\u0300", "t\u0304", "t\u0315", "t\u031b",
    "u\u0307", "z\u0300", "z\u0304", "z\u0306", "z\u0308", "z\u0327", "\u00c7\u0306", "\u00db\u0304", "\u00e7\u0306",
    "\u00fb\u0304", "\u00ff\u0301", "\u010c\u0315", "\u010c\u0323", "\u010d\u0315", "\u010d\u0323", "\u0113\u030d",
    "\u012a\u0301", "\u012b\u0301", "\u014d\u030d", "\u017d\u0326", "\u017d\u0327", "\u017e\u0326", "\u017e\u0327",
    "\u1e32\u0304", "\u1e33\u0304", "\u1e62\u0304", "\u1e63\u0304", "\u1e6c\u0304", "\u1e6d\u0304", "\u1ea0\u0308",
    "\u1ea1\u0308", "\u1ecc\u0308", "\u1ecd\u0308", "\u1ee4\u0304", "\u1ee4\u0308", "\u1ee5\u0304", "\u1ee5\u0308",
)
