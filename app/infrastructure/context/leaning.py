"""Does a question point back into the conversation? Pure.

`HybridRag` asks before it lets an answer be given again: `translate that` has another answer in every conversation, though its words are the
same. Doubt counts as yes: the price is one more call of the model.
"""

import re

_POINTERS = re.compile(
    r"\b(?:this|that|these|those|it|its|above|before|earlier|previous(?:ly)?|again|instead|else|more(?! than)|shorter|longer|briefly|summari[sz]e|translate|"
    r"rephrase|explain|answer|said|first one|second one|last one|the (?:first|second|last|other)s?|he|she|they|him|her|his|hers|their|them|"
    r"eso|esa|ese|esto|esta|este|estos|estas|esos|esas|anterior|antes|otra vez|más(?! de)|resume|resúmelo|traduce|tradúcelo|explica|respuesta|ella|él|ellos|su|sus|"
    r"cela|ça|ceci|celui|celle|ceux|celles|précédente?|encore|plus(?! de)|résume|traduis|traduire|explique|réponse|elle|il|ils|elles|son|sa|ses|leurs?|"
    r"das|dies|diese[rsnm]?|jene[rsnm]?|vorher|oben|nochmal|noch|mehr(?! als)|kürzer|länger|übersetze|erkläre|antwort|er|sie|ihr|ihre[rsnm]?|ihn|ihm|sein|seine[rsnm]?|"
    r"isso|isto|ele|ela|eles|elas|quello|questa|questo|lui|lei)\b"
)


def leans_on_conversation(question: str) -> bool:
    """True if the question's words may mean something said before."""
    return bool(_POINTERS.search(question.casefold()))
