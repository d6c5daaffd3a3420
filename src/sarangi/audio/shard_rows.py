"""The rows of a shard of audio at 16 kHz, and with what quality they are made."""

import json

import pyarrow as pa

from sarangi.base import store
from sarangi.base.sound import SAMPLE_RATE

QUALITY = "HQ"
"""soxr's for 16-bit sound: within 0.02 dB up to 7.4 kHz, images and aliases below -130 dB."""
ROW_GROUP = 64  # about 5 MB of sound

AUDIO = pa.schema(
    [
        pa.field("utterance_id", pa.string(), nullable=False),
        pa.field("audio", pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
        *store.STATUS,
    ],
    metadata={
        "huggingface": json.dumps(
            {
                "info": {
                    "features": {
                        "utterance_id": {"dtype": "string", "_type": "Value"},
                        "audio": {"sampling_rate": SAMPLE_RATE, "_type": "Audio"},
                        "status": {"dtype": "string", "_type": "Value"},
                        "reason": {"dtype": "string", "_type": "Value"},
                    }
                }
            },
            sort_keys=True,
        )
    },
)
