r"""Raw JSON as services write it: values of each type in every spelling, and where they stand.

Python's escapes are not meant here: "\\n" is the two characters that JSON reads as a new line.
"""

from store.vocabulary import FieldType

T = FieldType

_WHOLE = r"""
0 1 -1 5 7 13 42 -0 32767 32768 -32768 -32769 2147483647 2147483648 -2147483649 9007199254740993
9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809
123456789012345678901234567890 5.0 5.00 1e3 1E+2 1.5e1 100000e-3 -0.0 "5" " 5 " "+3" "-0" "007"
"9223372036854775807" "9223372036854775808"
"""
_FRACTIONS = r"""
0.1 12.5 12.50 -7.25 0.005 0.015 2.675 1e-2 1E-7 -0.00 99999.99 9999.99 9999.999 10000 123456.7
1234567.8 0.1234567890123456789012345678901 1e22 1e23 123456789.123456789 1e300 -1e300 1e-300
3.4e38 1e-40 0.000 0.0000 -0.000 "12.50" ".5" "5." "1e3" "-1.5E-3" " 0.10 " "00.10" "1e9999"
"""
_TRUTHS = 'true false "true" "FALSE" "Yes" "no" "1" "0" 1 0'

STRINGS = [
    *('""', '" "', '"abc"', '"Abc"', '"abcde"', '"abcdef"', '"  both  "', '"a,b;c|d"', '"null"'),
    *('"NULL"', '"{}"', '"[1,2]"', '"\\\\N"', '"\\\\."', '"\\\\"', '"back\\\\slash"', '"\\/"'),
    *('"quote\\"d"', '"it\'s"', '"tab\\there"', '"new\\nline"', '"\\r\\n"', '"\\b\\f"'),
    *('"\\u001d\\u001e\\u001f"', '"\\u001c x \\u001f"', '"\\u0001"', '"\x7f"', '"\\u0085"'),
    *('"é"', '"\\u00e9"', '"e\\u0301"', '"ß"', '"İı"', '"ΑΣ"', '"日本語"', '"😀"', '"👩‍👩‍👧"'),
    *('"\\ud83d\\ude00"', '"\\u2028\\u2029"', '"\\ufeffx"', '"\\uffff"', '"\u00a0x\u3000"'),
    *('"%s %(a)s :b $1 ? {}"', '"\'); DROP TABLE t1; --"', '"<b>&amp;</b>"', '"\\u0041"'),
    '"' + "long " * 60 + '"',
]
_NUL = ['"a\\u0000b"', '"\\u0000"', '"\\\\u0000"', '"\\\\\\u0000"']
_EMAILS = [
    *('"a@b.c"', '"x.y+z@example.com"', '" A@Example.COM "', '"a@b"', '"é@ü.de"', '"\\ta@b.c\\n"'),
    *('"a@@b.c"', '"a b@c.d"', '"@b.c"', '"a@"', '"a@b..c"', '"a@.b"', '"a@b."', '"a@b c"'),
    *('"a@b.c\\nd@e.f"', '"a@b.c\\r"', '"a@b\\u2028c.d"'),
]
DATES = [
    *('"2024-05-01"', '"2024-02-29"', '"1999-12-31"', '"20240501"', '"2024-W18-3"', '"0001-01-01"'),
    *('"9999-12-31"', '" 2024-05-01 "', '"2024-05-01T23:30:00-05:00"', '"2024-05-01 23:30"'),
    *('"2024-02-30"', '"2023-02-29"', '"01/05/2024"', '"2024-5-1"', '"0000-01-01"', '"2024-13-01"'),
]
TIMES = [
    *('"2024-05-01T12:00:00Z"', '"2024-05-01T12:00:00+02:00"', '"2024-05-01T12:00:00-0530"'),
    *('"2024-05-01T12:00:00"', '"2024-05-01 12:00:00"', '"2024-05-01T12:00"', '"2024-05-01T12"'),
    *('"2024-05-01T12:00:00.1Z"', '"2024-05-01T12:00:00.12Z"', '"2024-05-01T12:00:00.123Z"'),
    *('"2024-05-01T12:00:00.1234Z"', '"2024-05-01T12:00:00.12345Z"'),
    *('"2024-05-01T12:00:00.123456Z"', '"2024-05-01T12:00:00.1234567Z"'),
    *('"2024-05-01T12:00:00.12345678Z"', '"2024-05-01T12:00:00.123456789Z"'),
    *('"2024-05-01T12:00:00.999999999Z"', '"2024-05-01T12:00:00,5Z"', '"20240501T120000Z"'),
    *('"2024-05-01"', '"2024-05-01T12:00:00z"', '"2024-05-01t12:00:00Z"', '"2024-W18-3T12:00Z"'),
    *('"2024-05-01T12:00:00-00:00"', '"2024-05-01T12:00:00+14:00"', '" 2024-05-01T12:00:00Z "'),
    *('"2024-05-01T12:00:00+02:00:30"', '"2024-05-01T12:00:00 +02:00"', '"2024-05-01T12:00:00+2"'),
    *('"2024-05-01T12:00:60Z"', '"2024-05-01T24:00:00Z"', '"2024-02-30T00:00:00Z"', '"noon"'),
    *('"0001-01-01T00:00:00+01:00"', '"9999-12-31T23:59:59.999999-01:00"', '"2024-05-01T12:00Z+1"'),
    *('"1714557600"', '"123456789"', '"12345678"', '"99999999999999999999"', "1714557600"),
    *("1714557600.5", "1714557600.123456", "1714557600.9999999", "0", "-1", "-62135596800"),
    *("1714557600123", "253402300799", "253402300800", "1e15", "1e18", "1e40"),
]
_JSONS = [
    *("{}", "[]", '""', "0", "false", '[1,"a",null,true]', '{"b":1,"a":{"d":[1.0,1e2],"c":-0}}'),
    *('{"a":1,"a":2}', '{"é":"\\u00e9","😀":"x"}', '{"a b" : [ ] , "" : { } }', "[[[[[]]]]]"),
    *('["a\\u0000b"]', '{"k\\u0000":1}', '["\\\\u0000"]', '["NaN","null","Infinity"]', '["\\/"]'),
    *("[1e300,-0.0,0.10,1E5]", '["\\u001f\\u007f\\n"]', "[123456789012345678901234567890]"),
]
_JSON_IN_TEXT = [
    *(
        '"{\\"a\\": [1.50, 1e2], \\"A\\": null}"',
        '"[1, 2"',
        '"\\"x\\""',
        '" 5 "',
        '"null"',
        '"NaN"',
    ),
    *('"{\\"a\\": \\"\\\\u0000\\"}"', '"{\\"a\\": \\"\\\\ud800\\"}"', '"{\\"b\\":1,\\"a\\":2}"'),
]
_NO_NUMBERS = [
    *('"NaN"', '"nan"', '"Infinity"', '"-inf"', '"0x10"', '"1_000"', '"1,5"', '"1 000"', '"١٢"'),
    *('"５"', '"--1"', '"1e"', '"e5"', '"."', '"+"', '"1\\n2"', '"12\\n"', '"\\n-3.5\\n4"'),
]


def _words(text: str) -> list[str]:
    """Split at blanks outside of quotes."""
    found, quoted = [""], False
    for character in text:
        quoted ^= character == '"'
        if character in " \n" and not quoted:
            found.append("")
        else:
            found[-1] += character
    return [word for word in found if word]


WHOLE, FRACTIONS, TRUTHS = _words(_WHOLE), _words(_FRACTIONS), _words(_TRUTHS)

# Lone surrogates: JSON can write them, and yet they are half a character.
HALVES = [
    '"\\ud800"',
    '"x\\uDFFFx"',
    '"\\udc00\\ud800"',
    '"\\ud83d\\ud83d\\ude00"',
    '["\\ud83d\\n"]',
]
# Numbers that are no figures of anybody's business.
EXTREMES = ["1e401", "-1E+999", "[1e-401]", "1e-999999", '"\\\\ud800"']

# What a field of a type usually holds, the blank and the odd among it.
LIKELY: dict[FieldType, list[str]] = {
    T.INTEGER: WHOLE,
    T.DECIMAL: WHOLE + FRACTIONS,
    T.STRING: STRINGS + _NUL + WHOLE[:8] + FRACTIONS[:8] + DATES + TIMES + _EMAILS + _JSON_IN_TEXT,
    T.EMAIL: _EMAILS,
    T.BOOLEAN: TRUTHS,
    T.DATE: DATES,
    T.DATETIME: TIMES,
    T.JSON: _JSONS + STRINGS + FRACTIONS,
}
_NASTY = ["null", *_NUL, *EXTREMES, *_NO_NUMBERS]
UNLIKELY = _NASTY * 6 + TRUTHS + _JSONS + TIMES + WHOLE + FRACTIONS + STRINGS
PLAIN: dict[FieldType, list[str]] = {
    T.INTEGER: ["5", "-7", "13", "100"],
    T.DECIMAL: ["0.5", "12.50", "3", "-100.25"],
    T.STRING: ['"abc"', '"é"', '"x y"', '"12"'],
    T.EMAIL: ['"a@b.c"', '"d@e.f"'],
    T.BOOLEAN: ["true", "false"],
    T.DATE: ['"2024-05-01"', '"2023-12-24"'],
    T.DATETIME: ['"2024-05-01T12:00:00Z"', '"2024-05-01T12:00:00.25+02:00"'],
    T.JSON: ['{"a":[1,2]}', '["x"]'],
}

PLAIN_BEFORE = {  # transforms that take but a few values of their type
    "as_boolean": ["1", "0"],
    "as_integer": ["5", "-7", "13.0"],
    "as_json": ['"[1, 2]"', '"{\\"a\\": null}"', '"\\"x\\""'],
}

# Where a field's value <> stands in a record: first as it should, then in other ways.
PLACES: dict[str, list[str]] = {
    "id": ['"id":<>', "", '"id":"other","id":<>', '"\\u0069d":<>', '"ID":1'],
    "code": ['"code":<>', "", '"code" : <> '],
    "name": ['"name":<>', "", '"n\\u0061me":<>'],
    "amount": ['"amount":<>', ""],
    "address.city": [
        '"address":{"zip":"1","city":<>}',
        '"address.city":<>',
        '"address":{"city":"nested"},"address.city":<>',
        '"address.city":<>,"address":{"city":"nested"}',
        '"address":null',
        '"address":{}',
        '"address":"x"',
        '"address":[<>]',
        '"address":{"city":1},"address":{"city":<>}',
        "",
    ],
    "a.b.c": [
        '"a":{"b":{"c":<>}}',
        '"a.b.c":<>',
        '"a":{"b":{"c":"nested"}},"a.b.c":<>',
        '"a":{"b.c":<>}',
        '"a":{"b":null}',
        '"a":{"b":[<>]}',
        "",
    ],
    "tags.0": ['"tags":[<>,2]', '"tags":[]', '"tags":{"0":<>}', '"tags.0":<>', '"tags":null', ""],
    "gone": ['"gone":<>', ""],
    "state.gone": ['"state":{"gone":<>}', '"state":null', '"state.gone":<>', ""],
    "hidden": ['"hidden":<>', ""],
    "changed": ['"changed":<>', ""],
    "extra": [
        '"extra":{"deep":[1,{"x":null}]}',
        '"extra":"\\"}]"',
        '"data":[]',
        '"":0',
        '"":1e999',
        "",
    ],
}
MARKS = [
    *("null", "false", "0", '""', '" "', '"false"', '" No "', '"0"', "0.0", "[]", "{}"),
    *("true", "1", '"yes"', '"2024-05-01T12:00:00Z"', "0.5", "[0]", '{"a":0}', '"null"'),
]
ODD_RECORDS = ["null", "5", '"text"', "[]", '[{"id":1}]', "true", "{}", "1.50"]
# No JSON, wherever it stands; the last one is a byte that is no UTF-8.
BROKEN = ["NaN", '"\x1f"', "01", '"\\x"', "{", "1]", '"\udcff"']
