"""Makes one person with chats, out of a file in which the bench wrote what there is to be."""

import json
import sys

from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, call_command
from django.db import transaction

from peer.models import Chat, Message, Profile


class Command(BaseCommand):
    help = "Reads JSON from standard input: username, email, password, chats [{title, messages}]."

    def handle(self, *args, **options):
        call_command("migrate", run_syncdb=True, verbosity=0)
        told = json.load(sys.stdin)
        with transaction.atomic():
            user = get_user_model().objects.create_user(
                told["username"], told["email"], told["password"]
            )
            Profile.objects.create(user=user)
            for one in told["chats"]:
                chat = Chat.objects.create(user=user, title=one["title"])
                Message.objects.bulk_create(
                    Message(
                        chat=chat,
                        role="assistant" if number % 2 else "user",
                        content=text,
                        metadata={
                            "state": "done",
                            "model": "built-in" if number % 2 else None,
                            "strategies": [],
                            "problem": None,
                        },
                    )
                    for number, text in enumerate(one["messages"])
                )
