"""Sign-in rules: accounts are made by administrators."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Nobody opens an account by themselves: the portal holds companies' prices and customers."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
