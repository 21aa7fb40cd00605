"""An authenticator of soft stuff: it signs as a telephone does, and lies when a test asks for it."""

import hashlib
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestedCredentialData, AuthenticatorData

HERE = "http://localhost:8000"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Authenticator:
    """One passkey; it counts its signatures, unless `counts` is off."""

    def __init__(self, *, counts: bool = True) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(24)
        self.counts, self.signed = counts, 0

    def made(self, asked: dict[str, Any], **lies: Any) -> dict[str, Any]:
        """The answer to a question of `navigator.credentials.create`."""
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(bytes(16), self.id, public)
        data = self._data(asked["publicKey"]["rp"]["id"], ATTESTED, bytes(credential), **lies)
        said = self._said("webauthn.create", asked, **lies)
        attested = cbor.encode({"fmt": "none", "attStmt": {}, "authData": bytes(data)})
        return self._written(clientDataJSON=said, attestationObject=attested)

    def answer(self, asked: dict[str, Any], **lies: Any) -> dict[str, Any]:
        """The answer to a question of `navigator.credentials.get`."""
        self.signed += self.counts
        data = self._data(asked["publicKey"]["rpId"], 0, **lies)
        said = self._said("webauthn.get", asked, **lies)
        signature = self.key.sign(bytes(data) + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._written(clientDataJSON=said, authenticatorData=bytes(data), signature=signature)

    def _data(
        self, house: str, flags: int, credential: bytes = b"", *, verified: bool = True, **_: Any
    ) -> AuthenticatorData:
        flags |= PRESENT | (VERIFIED if verified else 0)
        return AuthenticatorData.create(hashlib.sha256(house.encode()).digest(), flags, self.signed, credential)

    def _said(
        self, kind: str, asked: dict[str, Any], *, origin: str = HERE, challenge: str = "", framed: bool = False,
        **_: Any,
    ) -> bytes:  # fmt: skip
        said = {"type": kind, "challenge": challenge or asked["publicKey"]["challenge"], "origin": origin,
                "crossOrigin": framed}  # fmt: skip
        return json.dumps(said).encode()

    def _written(self, **said: bytes) -> dict[str, Any]:
        written = {name: websafe_encode(value) for name, value in said.items()}
        own = websafe_encode(self.id)
        return {"id": own, "rawId": own, "type": "public-key", "response": written}
