"""Paths of the talk, with and without the trailing slash."""

from rest_framework.routers import SimpleRouter

from conversations.api import views

router = SimpleRouter()
router.trailing_slash = "/?"
router.register("chat", views.ChatViewSet, basename="chat")
router.register("feedback", views.FeedbackViewSet, basename="feedback")
router.register("click", views.ClickViewSet, basename="click")
router.register("email-capture", views.EmailCaptureViewSet, basename="email-capture")

urlpatterns = router.urls
