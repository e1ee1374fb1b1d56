"""Users and groups. Who is no superuser can neither become nor change one here."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django_otp import devices_for_user
from django_otp.plugins.otp_static import admin as otp_static
from django_otp.plugins.otp_totp import admin as otp_totp
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

# Keys and backup codes are nobody's to read; who has lost theirs is helped by `end_two_step`.
admin.site.unregister(otp_static.StaticDevice)
admin.site.unregister(otp_totp.TOTPDevice)
admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class StaffAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg, misc]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "email", "first_name", "last_name", "is_staff", "is_active"]
    list_filter = ["is_staff", "is_superuser", "is_active", "groups"]
    actions = ["end_two_step"]

    @admin.action(description="Switch two-step login off (telephone lost)", permissions=["all"])
    def end_two_step(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        people = list(queryset)
        for person in people:
            for device in list(devices_for_user(person, confirmed=None)):
                device.delete()
        LogEntry.objects.log_actions(
            cast("int", request.user.pk), people, CHANGE, "Switched two-step login off."
        )
        messages.success(request, "They log in with their password alone until they set it up.")

    def has_all_permission(self, request: HttpRequest) -> bool:
        return _may_all(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if getattr(obj, "is_superuser", False) and not _may_all(request):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if getattr(obj, "is_superuser", False) and not _may_all(request):
            return False
        return super().has_delete_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        locked = () if _may_all(request) else ("is_superuser", "user_permissions")
        return (*super().get_readonly_fields(request, obj), *locked, "last_login", "date_joined")


@admin.register(Group)
class RoleAdmin(DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]
    pass


def _may_all(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_superuser)
