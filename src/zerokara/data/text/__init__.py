"""Texts: how they become numbers and texts again, which there are, and windows over them for learning."""

from zerokara.data.text.byte_pairs import BytePairs
from zerokara.data.text.contexts import Negatives, contexts
from zerokara.data.text.corpora import TEXTS, Text, load_text, pydoc_text, text_place, unicode_names
from zerokara.data.text.counting import analogy, co_occurrence, cosine_similarity, nearest, ppmi, svd_vectors, unit
from zerokara.data.text.grammar import Facts, Grammar
from zerokara.data.text.keeping import VOCABULARY, AnyVocabulary, read_vocabulary, vocabulary_from, write_vocabulary
from zerokara.data.text.n_grams import NGram
from zerokara.data.text.tokenizers import TOKENIZERS, Blanks, Characters, Tokenizer, Words
from zerokara.data.text.toy import toy_grammar, toy_ja_grammar, toy_sentences, toy_text
from zerokara.data.text.toy_words import KINDS
from zerokara.data.text.vocabulary import UNKNOWN, Vocabulary
from zerokara.data.text.windows import Snippets, Windows
from zerokara.refusing import speaking, speaking_methods

__all__ = [
    "KINDS",
    "TEXTS",
    "TOKENIZERS",
    "UNKNOWN",
    "VOCABULARY",
    "AnyVocabulary",
    "Blanks",
    "BytePairs",
    "Characters",
    "Facts",
    "Grammar",
    "NGram",
    "Negatives",
    "Snippets",
    "Text",
    "Tokenizer",
    "Vocabulary",
    "Windows",
    "Words",
    "analogy",
    "co_occurrence",
    "contexts",
    "cosine_similarity",
    "load_text",
    "nearest",
    "ppmi",
    "pydoc_text",
    "read_vocabulary",
    "svd_vectors",
    "text_place",
    "toy_grammar",
    "toy_ja_grammar",
    "toy_sentences",
    "toy_text",
    "unicode_names",
    "unit",
    "vocabulary_from",
    "write_vocabulary",
]

speaking(globals(), set(__all__) - {"Tokenizer"})
speaking_methods(BytePairs, "decode", "encode", "tokens_of", naming=False)
speaking_methods(Grammar, "derivations", "facts", "has", "log_probability", "sentence", naming=False)
speaking_methods(NGram, "log_probabilities", "unseen", naming=False)
speaking_methods(Negatives, "draw", naming=False)
speaking_methods(Vocabulary, "decode", "encode", "id", "tokens_of", naming=False)
speaking_methods(Windows, "window", naming=False)
