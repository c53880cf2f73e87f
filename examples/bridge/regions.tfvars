lines = {
  support-us = { phone_number = "+14155550100", provider_slug = "twilio" }
  support-in = { phone_number = "+912255550100", provider_slug = "plivo", account_sid = "MAyyyyyyyyyyyyyyyyyyyyyyy" }
}
