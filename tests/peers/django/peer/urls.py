"""The paths, as the local API has them."""

from django.urls import path
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

from . import views

urlpatterns = [
    path("api/auth/login/", TokenObtainPairView.as_view()),
    path("api/auth/token/refresh/", TokenRefreshView.as_view()),
    path("api/auth/user/me/", views.Me.as_view()),
    path("api/auth/chat-sessions/", views.Chats.as_view()),
    path("api/auth/chat-sessions/<int:pk>/", views.ChatDetails.as_view()),
    path("api/auth/health/", views.Health.as_view()),
]
