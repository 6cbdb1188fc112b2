"""One person's profile, chats and their messages."""

import uuid

from django.conf import settings
from django.db import models


class Profile(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="profile")
    default_risk_tolerance = models.CharField(max_length=20, default="moderate")
    default_timeframe = models.CharField(max_length=10, default="1d")
    preferred_symbols = models.JSONField(default=list)
    trading_goals = models.TextField(blank=True)
    strategy_preferences = models.TextField(blank=True)
    risk_parameters = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    last_active = models.DateTimeField(auto_now=True)


class Context(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    session_name = models.CharField(max_length=200)


class Strategy(models.Model):
    name = models.CharField(max_length=200)


class Chat(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="chats")
    session_id = models.UUIDField(default=uuid.uuid4, unique=True)
    ai_context = models.ForeignKey(Context, models.SET_NULL, null=True)
    title = models.CharField(max_length=200)
    generated_strategies = models.ManyToManyField(Strategy)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-updated_at", "-id"]
        indexes = [models.Index(fields=["user", "-updated_at", "-id"])]


class Message(models.Model):
    chat = models.ForeignKey(Chat, models.CASCADE, related_name="chat_messages")
    role = models.CharField(max_length=20)
    content = models.TextField()
    metadata = models.JSONField(default=dict)
    tokens_used = models.IntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
