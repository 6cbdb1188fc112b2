"""Current user, chats, one chat with its messages. Each asks as few questions as it can."""

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from .models import Chat, Message, Profile


class UserSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    username = serializers.CharField()
    email = serializers.EmailField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    date_joined = serializers.DateTimeField()


class ProfileSerializer(serializers.ModelSerializer):
    username = serializers.CharField(source="user.username")
    email = serializers.EmailField(source="user.email")

    class Meta:
        model = Profile
        fields = [
            "id",
            "username",
            "email",
            "default_risk_tolerance",
            "default_timeframe",
            "preferred_symbols",
            "trading_goals",
            "strategy_preferences",
            "risk_parameters",
            "created_at",
            "updated_at",
            "last_active",
        ]
        read_only_fields = fields


class MessageSerializer(serializers.ModelSerializer):
    class Meta:
        model = Message
        fields = ["id", "role", "content", "metadata", "tokens_used", "created_at"]
        read_only_fields = fields


class ChatSerializer(serializers.ModelSerializer):
    username = serializers.CharField(source="user.username")
    ai_context_name = serializers.CharField(source="ai_context.session_name", default=None)
    message_count = serializers.IntegerField()

    class Meta:
        model = Chat
        fields = [
            "id",
            "session_id",
            "username",
            "ai_context",
            "ai_context_name",
            "title",
            "message_count",
            "generated_strategies",
            "is_active",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


class ChatDetailsSerializer(ChatSerializer):
    chat_messages = MessageSerializer(many=True)
    messages = serializers.SerializerMethodField()

    class Meta(ChatSerializer.Meta):
        fields = [*ChatSerializer.Meta.fields, "chat_messages", "messages"]
        read_only_fields = fields

    def get_messages(self, chat):
        return [
            {"role": one.role, "content": one.content, "timestamp": one.created_at}
            for one in chat.chat_messages.all()
        ]


class Me(APIView):
    def get(self, request):
        profile = Profile.objects.select_related("user").get(user=request.user)
        return Response(
            {"user": UserSerializer(request.user).data, "profile": ProfileSerializer(profile).data}
        )


def chats(request):
    counted = Message.objects.filter(chat=OuterRef("pk")).order_by().values("chat")
    counted = Subquery(counted.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    return (
        Chat.objects.filter(user=request.user)
        .select_related("user", "ai_context")
        .prefetch_related("generated_strategies")
        .annotate(message_count=Coalesce(counted, 0))
    )


class Chats(ListAPIView):
    serializer_class = ChatSerializer

    def get_queryset(self):
        return chats(self.request)


class ChatDetails(RetrieveAPIView):
    serializer_class = ChatDetailsSerializer

    def get_queryset(self):
        return chats(self.request).prefetch_related("chat_messages")


class Health(APIView):
    permission_classes = [AllowAny]

    def get(self, request):
        user = request.user.username if request.user.is_authenticated else "anonymous"
        return Response(
            {"status": "healthy", "service": "peer", "user": user, "timestamp": timezone.now()}
        )
