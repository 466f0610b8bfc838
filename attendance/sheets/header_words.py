"""What people write above the columns, by kind and target, as `fold` gives it; `|` separates them.

The first of each is what templates use, in Vietnamese with its accents. A word ending in `~` counts for less: it is
used for other things too, and gives way to a better one.
"""

from __future__ import annotations

_CODE = (
    "Mã nhân viên|ma nv|mnv|ma so nv|ma so nhan vien|ma so cb|ma cb|ma can bo|ma so can bo|ma cbcc|ma cbccvc|ma ccvc|"
    "ma cong chuc|ma vien chuc|ma so cong chuc|ma cc|ma cham cong|ma so cham cong|ac no|ac no.|user id|userid|emp id|"
    "employee id|employee code|employee no|staff id|staff code|ma nguoi lao dong|ma nld|so hieu cong chuc|"
    "so hieu can bo|ma ho so|ma dinh danh can bo|code~|ma~|ma so~|id~|so hieu~|employee~|no.~"
)
_NAME = (
    "Họ và tên|ho ten|ho va ten|ho va ten khai sinh|ten nhan vien|ho ten nhan vien|ho ten can bo|ten can bo|"
    "ho ten cbcc|ho va ten can bo|ho va ten cong chuc|can bo cong chuc|ho va ten cb cc|full name|fullname|"
    "employee name|staff name|ho ten nguoi lao dong|nguoi lao dong~|nhan vien~|can bo~|ten~|name~|cong chuc~"
)
_FAMILY = "Họ đệm|ho dem|ho va dem|ho lot|ho va chu dem|ho va ten dem|ho chu lot|ho~|last name|family name|surname"
_GIVEN = "Tên|ten|ten goi|first name|given name"
_UNIT = (
    "Đơn vị|don vi|phong|phong ban|ban|bo phan|khoa|to|khoa phong|phong don vi|don vi cong tac|noi cong tac|"
    "phong chuyen mon|don vi phong ban|phong to|ma don vi|ma phong|ma phong ban|ma bo phan|ten don vi|ten phong|"
    "ten phong ban|to chuyen mon|unit|unit code|department|dept|division|don vi truc thuoc|co quan~|truc thuoc~|"
    "don vi quan ly~"
)
_SCHEDULE = (
    "Lịch làm việc|lich lam viec|ma lich|ten lich|lich|ma lich lam viec|ca lam viec|ma ca|ca|gio lam viec~|"
    "che do lam viec|"
    "schedule|schedule code|work schedule|shift|lich cong tac~|ca kip"
)
_FROM = (
    "Từ ngày|tu ngay|tu|ngay bat dau|bat dau|hieu luc tu|ap dung tu|ngay hieu luc|ngay ap dung|tu ngay thang|"
    "tu ngay thang nam|ngay vao lam|ngay vao|ngay nhan viec|ngay vao co quan|ngay ve don vi|ngay tiep nhan|"
    "ngay thanh lap|ap dung tu ngay|hieu luc tu ngay|from|from date|start date|valid from|since|"
    "effective from|thoi gian bat dau|start~|begin~"
)
_TO = (
    "Đến ngày|den ngay|den|ngay ket thuc|ket thuc|den het ngay|het ngay|hieu luc den|ap dung den|het hieu luc|"
    "den ngay thang|den ngay thang nam|ngay nghi viec|ngay thoi viec|ngay giai the|den het|toi ngay|ap dung den ngay|"
    "hieu luc den ngay|to date|end date|valid to|until|ngay het hieu luc|to~|thoi gian ket thuc|end~|ngay roi don vi"
)
_TERMINAL = (
    "Máy chấm công|may cham cong|may|ma may|ten may|ma may cham cong|thiet bi|ma thiet bi|may so|may cham|terminal|"
    "terminal code|device|device code|device id|machine|vi tri may~|dia diem cham cong~"
)
_PIN = (
    "Mã chấm công|ma cham cong|ma cc|ma so cham cong|so cham cong|ac no|user id|userid|pin|ma tren may|so tren may|"
    "ma van tay|id may|id cham cong|enroll number|enroll id|ma nguoi dung|ma dang ky|so hieu tren may|user no|"
    "enrollment number|badge|badge number|so the~|ma the~|no~|id~"
)
_EMPLOYEE = _CODE.replace("Mã nhân viên|", "Mã nhân viên|ma nguoi nghi|ma nguoi truc|nguoi nghi ma~|")
_SESSION = (
    "Buổi|buoi|buoi nghi|session|ca nghi|thoi gian nghi trong ngay|nghi buoi|buoi sang chieu|sang chieu|buoi lam viec|"
    "ten buoi|ca~|half day|part of day"
)
_DOCUMENT = (
    "Số văn bản|so van ban|van ban|so quyet dinh|quyet dinh|quyet dinh so|so qd|so vb|so giay|so cong van|cong van|"
    "so don|can cu|document|document number|document no|theo van ban|so ky hieu|so ky hieu van ban|van ban so|"
    "so giay di duong|giay di duong|so giay cong tac|giay cong tac|so quyet dinh van ban|so don xin nghi|decision"
)

WORDS: dict[str, dict[str, str]] = {
    "employees": {
        "code": _CODE,
        "name": _NAME,
        "family_name": _FAMILY,
        "given_name": _GIVEN,
        "unit": _UNIT,
        "schedule": _SCHEDULE,
        "from": _FROM,
        "to": _TO,
        "terminal": _TERMINAL,
        "pin": _PIN,
    },
    "units": {
        "code": (
            "Mã đơn vị|ma don vi|ma phong|ma phong ban|ma bo phan|ma dv|ma so don vi|unit code|department code|"
            "dept code|ma dinh danh don vi|ma dinh danh|code~|ma~|ma so~|id~|ky hieu~|so hieu~|unit~"
        ),
        "name": (
            "Tên đơn vị|ten don vi|ten phong|ten phong ban|ten bo phan|ten co quan|don vi|phong ban|bo phan|phong|"
            "co quan don vi|unit name|department name|department|ten goi|ten day du|co quan~|ten~|name~|phong don vi"
        ),
        "parent": (
            "Mã đơn vị cấp trên|don vi cap tren|cap tren|ma cap tren|truc thuoc|ma don vi cap tren|don vi cha|"
            "ma don vi cha|thuoc don vi|don vi quan ly|don vi chu quan|co quan chu quan|co quan cap tren|"
            "don vi cap tren truc tiep|don vi truc thuoc|parent|parent unit|parent code|parent department|thuoc"
        ),
        "from": _FROM,
        "to": _TO,
        "schedule": _SCHEDULE,
    },
    "schedules": {
        "schedule": _SCHEDULE.replace("gio lam viec~|", "") + "|ten ca|ten lich lam viec|code~|ma~|ma so~",
        "from": _FROM.replace("bat dau|", "", 1).replace("|thoi gian bat dau|start~|begin~", ""),
        "to": _TO.replace("|thoi gian ket thuc|end~", "").replace("ket thuc|", "", 1),
        "regime": (
            "Cách chấm công|che do cham cong|cach cham cong|cach cham|che do|hinh thuc cham cong|kieu cham cong|"
            "so lan cham|so lan cham cong|hinh thuc|regime|punch regime"
        ),
        "session": "Buổi|buoi|ten buoi|buoi lam viec|session|ca|buoi ca|session name",
        "start": (
            "Giờ bắt đầu|gio bat dau|bat dau|gio vao|vao|tu gio|gio den|gio vao lam|gio lam viec bat dau|bat dau luc|"
            "start|start time|begin|in~|thoi gian bat dau|tu~|from time"
        ),
        "end": (
            "Giờ kết thúc|gio ket thuc|ket thuc|gio ra|ra|den gio|gio ve|gio tan lam|tan so|ket thuc luc|end|end time|"
            "out~|thoi gian ket thuc|den~|to time"
        ),
        "weekdays": (
            "Các thứ trong tuần|thu|cac thu|ngay trong tuan|cac ngay trong tuan|thu trong tuan|ngay lam viec|"
            "cac ngay lam viec|ngay ap dung trong tuan|weekdays|days of week|weekday|lam cac ngay|days~"
        ),
        "hours": "Giờ làm việc|gio lam viec|thoi gian lam viec|khung gio|thoi gian|working hours|hours",
    },
    "calendar": {
        "date": (
            "Ngày|ngay|ngay thang|ngay thang nam|ngay nghi|date|day|ngay ap dung|ngay nghi le|ngay duong lich|"
            "ngay duong|thoi gian~"
        ),
        "kind": (
            "Loại ngày|loai ngay|loai|hinh thuc|kieu ngay|tinh chat|kind|type|day type|day kind|phan loai|loai nghi|"
            "noi dung~|ten ngay le~|dien giai~|ghi chu~|ly do~"
        ),
        "for": (
            "Hoán đổi với ngày|hoan doi voi ngay|hoan doi cho ngay|bu cho ngay|lam bu cho ngay|hoan doi|thay cho ngay|"
            "doi voi ngay|lam bu cho|bu cho|nghi bu cho ngay|ngay hoan doi|ngay duoc hoan doi|for|for date|"
            "swapped with|"
            "swap with|in place of|ngay lam bu~|thay cho"
        ),
        "unit": _UNIT + "|don vi ap dung|ap dung cho|ap dung cho don vi|pham vi~|pham vi ap dung~",
        "session": _SESSION,
        "document": _DOCUMENT,
    },
    "absences": {
        "employee": _EMPLOYEE,
        "employee_name": _NAME + "|ho ten nguoi nghi|nguoi nghi|nguoi xin nghi|ho va ten nguoi nghi",
        "kind": (
            "Loại|loai|loai nghi|hinh thuc nghi|hinh thuc|loai don|kind|type|absence type|leave type|kieu nghi|"
            "loai vang|loai vang mat|noi dung~|ly do~|ly do nghi~|ly do vang~|ly do vang mat~|dien giai~|reason~|"
            "ghi chu~"
        ),
        "code": (
            "Ký hiệu|ky hieu|ma loai nghi|loai phep|ma phep|ky hieu cham cong|ma ly do|code|leave code|ma loai|symbol|"
            "loai nghi phep|che do nghi|ma nghi"
        ),
        "from": _FROM
        + "|nghi tu ngay|nghi tu|di tu ngay|cong tac tu ngay|tu luc|tu gio ngay|ngay di|ngay bat dau nghi|"
        "thoi gian tu|thoi gian nghi tu ngay",
        "to": _TO + "|nghi den ngay|nghi den|den luc|cong tac den ngay|ngay ve|ngay ket thuc nghi|thoi gian den|"
        "thoi gian nghi den ngay|nghi den het ngay",
        "session": _SESSION,
        "document": _DOCUMENT,
        "approved_at": (
            "Ngày duyệt|ngay duyet|duyet ngay|ngay phe duyet|ngay ky duyet|thoi gian duyet|duyet luc|approved at|"
            "approved on|approval date|approved|ngay phe duyet don|ngay ky|ngay lanh dao duyet|phe duyet~|"
            "ngay quyet dinh"
        ),
        "date": "Ngày|ngay|ngay nghi|ngay vang|ngay vang mat|date|day|ngay cong tac|ngay xin nghi",
        "start_time": "Từ giờ|tu gio|gio bat dau|gio di|gio vao|gio tu|start time|from time|bat dau luc",
        "end_time": "Đến giờ|den gio|gio ket thuc|gio ve|gio ra|gio den|end time|to time|ket thuc luc",
        "days": (
            "Số ngày|so ngay|so ngay nghi|tong so ngay|so ngay phep|so ngay xin nghi|so ngay cong tac|days|"
            "number of days|so buoi~|tong ngay|so ngay duoc nghi"
        ),
        "hours": "Khung giờ|khung gio|thoi gian trong ngay|gio nghi|hours",
    },
    "rosters": {
        "employee": _EMPLOYEE,
        "employee_name": _NAME + "|nguoi truc|ho ten nguoi truc|can bo truc|ho va ten nguoi truc|nguoi duoc phan cong",
        "code": (
            "Loại trực|loai truc|hinh thuc truc|loai|kieu truc|ma ca truc|loai ca|duty|duty type|duty code|"
            "noi dung truc|"
            "nhiem vu truc|code|ca truc|loai hinh|hinh thuc~|noi dung~|nhiem vu~|ca~|type~|kind~"
        ),
        "from": _FROM + "|truc tu|truc tu ngay|tu luc|bat dau truc|thoi gian truc tu|thoi gian tu",
        "to": _TO + "|truc den|truc den ngay|den luc|ket thuc truc|thoi gian truc den|thoi gian den",
        "counts_as_schedule": (
            "Tính công|tinh cong|tinh vao gio lam|tinh vao gio lam viec|tinh la ngay lam viec|tinh gio lam viec|"
            "counts as schedule|counts as work|tinh nhu ngay lam viec|duoc tinh cong"
        ),
        "desk": (
            "Quầy|quay|quay so|ban so|vi tri truc|cua|cua so|so quay|vi tri|desk|counter|window|dia diem truc|noi truc|"
            "dia diem~"
        ),
        "date": "Ngày trực|ngay truc|ngay|date|duty date|ngay thang|ngay thang nam|ngay phan cong",
        "start_time": (
            "Giờ bắt đầu|gio bat dau|tu gio|gio truc tu|start time|from time|gio vao|bat dau luc|gio nhan truc"
        ),
        "end_time": "Giờ kết thúc|gio ket thuc|den gio|gio truc den|end time|to time|gio ra|ket thuc luc|gio giao truc",
        "days": "Số ngày|so ngay|so ngay truc|days",
        "hours": "Giờ trực|gio truc|thoi gian truc|khung gio|khung gio truc|thoi gian~|hours|duty hours",
    },
    "enrolments": {
        "terminal": _TERMINAL,
        "pin": _PIN,
        "employee": _EMPLOYEE.replace("ma cc|ma cham cong|ma so cham cong|ac no|ac no.|user id|userid|", ""),
        "employee_name": _NAME + "|ten tren may|ten dang ky",
        "from": _FROM + "|ngay dang ky|dang ky tu|ngay dang ky van tay|enrolled on",
        "to": _TO + "|ngay huy|ngay xoa|huy ngay",
    },
}

KNOWN: dict[str, str] = {
    "ordinal": "stt|so tt|tt|so thu tu|no|ordinal|#|s tt",
    "phone": "sdt|so dt|so dien thoai|dien thoai|di dong|so di dong|dtdd|mobile|phone|phone number|tel|so dt lien he",
    "identity_card": (
        "cccd|so cccd|cmnd|so cmnd|cmnd cccd|so cmnd cccd|can cuoc|so can cuoc|can cuoc cong dan|"
        "ma dinh danh ca nhan|so dinh danh|so dinh danh ca nhan|identity card|id card|id number|so ho chieu|passport"
    ),
    "birth": (
        "ngay sinh|nam sinh|ngay thang nam sinh|ngay thang sinh|sinh ngay|date of birth|dob|birthday|"
        "birth date|tuoi|age"
    ),
    "gender": "gioi tinh|nam nu|phai|gioi|gender|sex|nam|nu",
    "title": (
        "chuc vu|chuc danh|chuc vu chuc danh|ngach|ma ngach|ngach cong chuc|vi tri viec lam|title|position|"
        "job title|rank|chuc vu cong tac"
    ),
    "address": "dia chi|noi o|que quan|thuong tru|address|ho khau|noi sinh|cho o hien nay",
    "email": "email|e mail|thu dien tu|hop thu|mail",
    "pay": (
        "luong|he so luong|he so|bac luong|muc luong|so tai khoan|stk|ngan hang|ma so thue|mst|so bhxh|"
        "so so bhxh|salary|phu cap"
    ),
    "note": "ghi chu|chu thich|note|notes|remark|remarks|y kien",
    "signature": (
        "ky ten|chu ky|ky nhan|ky|nguoi duyet|nguoi ky|lanh dao duyet|nguoi phe duyet|signature|signed|"
        "approved by|xac nhan"
    ),
    "substitute": "nguoi thay|nguoi truc thay|nguoi thay the|nguoi lam thay|truc thay|substitute|nguoi nhan ban giao",
    "place": "noi den|noi cong tac den|dia diem|dia diem cong tac|place|destination|noi nghi phep|noi nghi",
    "education": (
        "trinh do|trinh do chuyen mon|chuyen mon|bang cap|trinh do hoc van|education|dang vien|ngay vao dang|"
        "dan toc|ton giao"
    ),
    "weekday": "thu|thu trong tuan|weekday",
    "entered": (
        "ngay tao|ngay lap|ngay nop don|ngay viet don|ngay gui|created|created at|ngay ky hop dong|"
        "ngay bo nhiem|ngay vao nganh|ngay tuyen dung|ngay vao bien che"
    ),
}

NEUTRAL = (
    "cua can bo cong chuc vien nhan nguoi lao dong co quan don vi lam viec nghi truc tac theo so hien tai nay "
    "thang nam gio ngay ho ten ma va su noi chinh thuc day du ghi ro viet hoa dau bang chu in neu cb nv cc cbcc "
    "vc stt the of employee staff date time full duoc bat buoc moi dang ky xin dot ve 1 2 thoi gian"
)
