"""Presidio as it is shipped, with ja_ginza, to be compared with: the only module of `evals` that
imports it.

Its recognizers are those that it loads for a language of which it knows no more, and the one of
cards, which it leaves out then. They are named here one by one: its loader looks classes up by
name, and some of ours have the same names. Entities are read as the types of ours that they come
nearest to.
"""

import logging
from collections.abc import Mapping

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpEngineProvider
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    CryptoRecognizer,
    DateRecognizer,
    EmailRecognizer,
    IbanRecognizer,
    IpRecognizer,
    MacAddressRecognizer,
    MedicalLicenseRecognizer,
    PhoneRecognizer,
    UrlRecognizer,
    UuidRecognizer,
)
from tldextract import TLDExtract, tldextract

from evals.guardrails.spans import Predicted

_LANGUAGE = "ja"
_RECOGNIZERS = (
    CreditCardRecognizer,
    CryptoRecognizer,
    DateRecognizer,
    EmailRecognizer,
    IbanRecognizer,
    IpRecognizer,
    MacAddressRecognizer,
    MedicalLicenseRecognizer,
    PhoneRecognizer,
    UrlRecognizer,
    UuidRecognizer,
)
_ENGINE = {
    "nlp_engine_name": "spacy",
    "models": [{"lang_code": _LANGUAGE, "model_name": "ja_ginza"}],
    "ner_model_configuration": {
        # GiNZA writes its labels its own way; a reader of the manual would map them as these.
        "model_to_presidio_entity_mapping": {
            "Person": "PERSON",
            "City": "LOCATION",
            "Province": "LOCATION",
            "County": "LOCATION",
            "Country": "LOCATION",
            "Postal_Address": "LOCATION",
            "Domestic_Region": "LOCATION",
            "GPE_Other": "LOCATION",
            "Location_Other": "LOCATION",
            "Date": "DATE_TIME",
            "Time": "DATE_TIME",
            "Phone_Number": "PHONE_NUMBER",
            "Email": "EMAIL_ADDRESS",
            "URL": "URL",
        },
        "labels_to_ignore": [],
    },
}
_TYPES: Mapping[str, str] = {
    "PERSON": "PERSON",
    "LOCATION": "ADDRESS",
    "DATE_TIME": "DATE_OF_BIRTH",
    "PHONE_NUMBER": "PHONE",
    "EMAIL_ADDRESS": "EMAIL",
    "CREDIT_CARD": "CREDIT_CARD",
    "IP_ADDRESS": "IP_ADDRESS",
    "MAC_ADDRESS": "IP_ADDRESS",
    "URL": "URL",
}


class StockPresidio:
    """Presidio's own analyzer. Entities that are none of ours keep their names."""

    def __init__(self) -> None:
        # It warns of each label and each recognizer that has no Japanese.
        logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
        # Stock, an e-mail address makes it download a list of suffixes; the shipped one will do.
        tldextract.TLD_EXTRACTOR = TLDExtract(suffix_list_urls=(), cache_dir=None)
        engine = NlpEngineProvider(nlp_configuration=_ENGINE).create_engine()
        registry = RecognizerRegistry(
            recognizers=[each(supported_language=_LANGUAGE) for each in _RECOGNIZERS],
            supported_languages=[_LANGUAGE],
        )
        registry.add_nlp_recognizer(engine)
        self._analyzer = AnalyzerEngine(
            registry=registry, nlp_engine=engine, supported_languages=[_LANGUAGE]
        )

    def find(self, text: str) -> list[Predicted]:
        """All that it finds; what is not one of the types above stays as Presidio calls it."""
        return [
            Predicted(_TYPES.get(each.entity_type, each.entity_type), each.start, each.end)
            for each in self._analyzer.analyze(text, language=_LANGUAGE)
        ]
