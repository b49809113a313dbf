from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from app.accounts.roles import Permission
from app.chat.addresses import checked_id, conversation_path
from app.chat.attaching import MAX_FILE_BYTES, read_document
from app.dependencies import AttachingDep, CurrentUser, FormDep, require
from app.errors import BadInputError

router = APIRouter(dependencies=[require(Permission.ASK)])


@router.post("/attachments")
def attach(account: CurrentUser, attaching: AttachingDep, form: FormDep) -> Response:
    upload = form.file
    if upload is None:
        raise BadInputError("添付するファイルを選んでください")
    if len(upload.content) > MAX_FILE_BYTES:
        raise BadInputError(f"添付は{MAX_FILE_BYTES // 1024 // 1024}MBまでです")
    document = read_document(upload.name, upload.content)
    given = form.line("conversation")
    conversation_id = checked_id(given, "会話") if given else None
    kept = attaching.attach(account.user_id, conversation_id, form.line("level"), document)
    return RedirectResponse(conversation_path(kept), HTTPStatus.SEE_OTHER)


@router.post("/attachments/{attachment_id}/delete")
def remove(account: CurrentUser, attaching: AttachingDep, attachment_id: str) -> Response:
    conversation_id = attaching.remove(checked_id(attachment_id, "添付"), account.user_id)
    return RedirectResponse(conversation_path(conversation_id), HTTPStatus.SEE_OTHER)
